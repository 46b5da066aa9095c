package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of the event that {@link FrameDecoder#next} returned last, unmasked.
 *
 * <p>A view, not a copy: it lies in the read buffer where the message came whole, and is valid only
 * until the next call of the decoder. There is one for each decoder, so that a message costs no
 * object. Whoever keeps the bytes copies them out.
 */
public final class Payload {
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int offset;
  private int length;

  Payload() {}

  void set(ByteBuf buffer, int offset, int length) {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
  }

  void clear() {
    set(Unpooled.EMPTY_BUFFER, 0, 0);
  }

  /** The number of bytes. */
  public int length() {
    return length;
  }

  /** Appends the bytes to {@code out}. */
  public void writeTo(ByteBuf out) {
    out.writeBytes(buffer, offset, length);
  }

  /** The bytes without a copy, sharing the memory below; the caller releases it. */
  public ByteBuf retainedSlice() {
    return buffer.retainedSlice(offset, length);
  }

  /** The bytes without a copy, valid as long as the payload is. */
  public ByteBuffer nioBuffer() {
    return buffer.nioBuffer(offset, length);
  }

  /** The bytes as a String; only for text, which was checked to be UTF-8 before it got here. */
  public String text() {
    return buffer.toString(offset, length, StandardCharsets.UTF_8);
  }

  /** The status code of a Close frame, {@link CloseCode#NO_STATUS} where it carries none. */
  public int closeCode() {
    return length < 2 ? CloseCode.NO_STATUS : buffer.getUnsignedShort(offset);
  }
}
