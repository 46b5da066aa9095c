package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;

/**
 * Checks UTF-8 as it arrives, in pieces of any size (RFC 3629 §4).
 *
 * <p>A byte that can't stand where it stands is found at once, even in the middle of a character
 * that a later piece would have completed.
 */
final class Utf8 {
  private static final int FIRST_CONTINUATION = 0x80;
  private static final int LAST_CONTINUATION = 0xBF;

  /** Continuation bytes still to come for the character begun; 0 between characters. */
  private int missing;

  /** Bounds of the next continuation byte; narrower than the default only behind a lead byte. */
  private int low = FIRST_CONTINUATION;

  private int high = LAST_CONTINUATION;

  /** Whether no character is left half. */
  boolean complete() {
    return missing == 0;
  }

  void reset() {
    missing = 0;
    low = FIRST_CONTINUATION;
    high = LAST_CONTINUATION;
  }

  /** Reads on; false once a byte is wrong. */
  boolean accept(ByteBuf buffer, int from, int length) {
    int end = from + length;
    for (int index = from; index < end; index++) {
      if (missing == 0) {
        index = skipAscii(buffer, index, end);
        if (index < end && !lead(buffer.getByte(index) & 0xFF)) {
          return false;
        }
      } else if (!continuation(buffer.getByte(index) & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  private static int skipAscii(ByteBuf buffer, int from, int end) {
    int index = from;
    while (end - index >= Long.BYTES && (buffer.getLong(index) & 0x8080808080808080L) == 0) {
      index += Long.BYTES;
    }
    while (index < end && buffer.getByte(index) >= 0) {
      index++;
    }
    return index;
  }

  /**
   * The first byte of a character that is not ASCII: no overlong form, no surrogate, no > 10FFFF.
   */
  private boolean lead(int octet) {
    if (octet < 0xC2 || octet > 0xF4) {
      return false;
    }
    missing = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
    switch (octet) {
      case 0xE0 -> low = 0xA0;
      case 0xED -> high = 0x9F;
      case 0xF0 -> low = 0x90;
      case 0xF4 -> high = 0x8F;
      default -> {}
    }
    return true;
  }

  private boolean continuation(int octet) {
    if (octet < low || octet > high) {
      return false;
    }
    low = FIRST_CONTINUATION;
    high = LAST_CONTINUATION;
    missing--;
    return true;
  }
}
