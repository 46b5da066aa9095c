package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks UTF-8 as it arrives, in pieces of any size (RFC 3629 §4).
 *
 * <p>A byte that can't stand where it stands is found at once, even in the middle of a character
 * that a later piece would have completed.
 */
final class Utf8 {
  private static final int FIRST_CONTINUATION = 0x80;
  private static final int LAST_CONTINUATION = 0xBF;
  private static final long HIGH_BITS = 0x8080808080808080L;

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
    ByteBuffer bytes = buffer.internalNioBuffer(from, length).order(ByteOrder.LITTLE_ENDIAN);
    int index = bytes.position();
    int end = index + length;
    while (index < end) {
      if (missing == 0) {
        index = skipWhole(bytes, index, end);
      }
      if (index < end && !octet(bytes.get(index++) & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  /** Where the first byte is that can't be told to be right together with those around it. */
  private static int skipWhole(ByteBuffer bytes, int from, int end) {
    int index = from;
    while (end - index >= Long.BYTES) {
      long notAscii = bytes.getLong(index) & HIGH_BITS;
      if (notAscii == 0) {
        index += Long.BYTES;
        continue;
      }
      index += Long.numberOfTrailingZeros(notAscii) / Byte.SIZE;
      if (end - index < Integer.BYTES) {
        break;
      }
      int length = character(bytes.getInt(index));
      if (length == 0) {
        break;
      }
      index += length;
    }
    return index;
  }

  /**
   * The length of a whole character that is not ASCII; 0 where none begins.
   *
   * @param octets four bytes, the first in the lowest bits
   */
  private static int character(int octets) {
    if ((octets & 0xC0E0) == 0x80C0) {
      return (octets & 0x1E) == 0 ? 0 : 2; // not a longer form of ASCII
    }
    if ((octets & 0xC0C0F0) == 0x8080E0) {
      int top = (octets & 0x0F) << 1 | (octets >>> 13 & 1);
      return top == 0 || top == 0x1B ? 0 : 3; // not a longer form, not a surrogate
    }
    if ((octets & 0xC0C0C0F8) == 0x808080F0) {
      int plane = (octets & 0x07) << 2 | (octets >>> 12 & 3);
      return plane == 0 || plane > 16 ? 0 : 4;
    }
    return 0;
  }

  private boolean octet(int octet) {
    if (missing > 0) {
      return continuation(octet);
    }
    return octet < FIRST_CONTINUATION || lead(octet);
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
