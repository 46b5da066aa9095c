package io.drawbridge.auth.hostile;

import java.nio.charset.StandardCharsets;

/** JSON that is bytes, but not the UTF-8 that RFC 8259 §8.1 wants. */
final class ClaimBytes {
  private ClaimBytes() {}

  /** Each question mark becomes a byte that UTF-8 never has. */
  static byte[] notUtf8(String json) {
    return json.replace('?', '\u00ff').getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Each question mark becomes a NUL in two bytes, as Java's own modified UTF-8 has it. */
  static byte[] overlong(String json) {
    return json.replace("?", "\u00c0\u0080").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Each question mark becomes half of a surrogate pair, in the bytes that CESU-8 gives it. */
  static byte[] surrogate(String json) {
    return json.replace("?", "\u00ed\u00a0\u0080").getBytes(StandardCharsets.ISO_8859_1);
  }
}
