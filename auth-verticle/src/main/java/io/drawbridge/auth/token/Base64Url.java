package io.drawbridge.auth.token;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Base64url without padding (RFC 7515 §2), in its one canonical form: two texts never mean the same
 * bytes, so that nobody can write one token in several ways.
 */
final class Base64Url {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final byte[] VALUES = values();

  private Base64Url() {}

  private static byte[] values() {
    byte[] values = new byte[128];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      values[ALPHABET.charAt(i)] = (byte) i;
    }
    return values;
  }

  /** Null where the text is not canonical. */
  static byte @Nullable [] decode(String text) {
    int tail = text.length() % 4;
    if (tail == 1 || (tail > 0 && unusedBits(text, tail) != 0)) {
      return null;
    }
    // The JDK's decoder would take padding.
    if (text.indexOf('=') >= 0) {
      return null;
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What the last character says beyond the last byte; another character would mean the same. */
  private static int unusedBits(String text, int tail) {
    char last = text.charAt(text.length() - 1);
    int value = last < VALUES.length ? VALUES[last] : -1;
    return value & (tail == 2 ? 0b1111 : 0b11);
  }
}
