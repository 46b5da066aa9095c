package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The client-to-server masking of RFC 6455 §5.3, undone in place. */
final class Mask {
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int WORD = Long.BYTES;

  private Mask() {}

  /**
   * Unmasks {@code length} bytes from {@code from} on, eight at a time.
   *
   * @param key the masking key as it stood on the wire, first byte in the highest bits
   * @param position how many bytes of the frame's payload were unmasked before
   * @return whether all of the bytes are ASCII, learnt on the way since they pass through anyway
   */
  static boolean unmask(ByteBuf buffer, int from, int length, int key, int position) {
    int rotated = Integer.reverseBytes(Integer.rotateLeft(key, (position & 3) * Byte.SIZE));
    long word = (rotated & 0xFFFF_FFFFL) << Integer.SIZE | (rotated & 0xFFFF_FFFFL);
    // One view serves heap and direct memory alike, and is bounds-checked by the JIT's own rules.
    // Its order is that of the usual processors, which then have no bytes to turn around.
    ByteBuffer bytes = buffer.internalNioBuffer(from, length).order(ByteOrder.LITTLE_ENDIAN);
    int index = bytes.position();
    int end = index + length;
    long seen = 0;
    for (int last = end - WORD; index <= last; index += WORD) {
      long plain = bytes.getLong(index) ^ word;
      bytes.putLong(index, plain);
      seen |= plain;
    }
    for (; index < end; index++, word >>>= Byte.SIZE) {
      byte plain = (byte) (bytes.get(index) ^ word);
      bytes.put(index, plain);
      seen |= plain;
    }
    return (seen & HIGH_BITS) == 0;
  }
}
