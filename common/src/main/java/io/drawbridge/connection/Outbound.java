package io.drawbridge.connection;

import io.drawbridge.wire.FrameEncoder;
import io.drawbridge.wire.MessageDeflater;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.Payload;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one connection: frames are gathered, and written with one write when {@link
 * #flush} is called at the end of a turn.
 */
final class Outbound {
  /** A payload from this size on is written from where it lies, not copied together with others. */
  private static final int LARGE = 16 * 1024;

  /** So is one that many connections share, from a smaller size on: theirs is the memory saved. */
  private static final int LARGE_SHARED = 4 * 1024;

  /** What is gathered before it is handed on all the same. */
  private static final int MOST_GATHERED = 64 * 1024;

  private static final int SMALLEST_BUFFER = 256;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Socket socket;
  private final ConnectionMeters meters;

  /** Null where no compression was agreed on. */
  private final @Nullable MessageDeflater deflater;

  private @Nullable ByteBuf gathered;

  /** What the last buffer came to hold: the best guess for the next, which then needs not grow. */
  private int expected = SMALLEST_BUFFER;

  private long messages;
  private long bytes;

  Outbound(Socket socket, ConnectionMeters meters, @Nullable MessageDeflater deflater) {
    this.socket = socket;
    this.meters = meters;
    this.deflater = deflater;
  }

  /** A message made of a prefix and what a client sent. */
  void message(int opcode, byte[] prefix, Payload payload) {
    int length = prefix.length + payload.length();
    count(length);
    if (deflater != null
        && deflater.suits(length)
        && deflated(opcode, deflater, ByteBuffer.wrap(prefix), payload.nioBuffer())) {
      return;
    }
    ByteBuf buffer = buffer(FrameEncoder.MAX_HEADER + prefix.length);
    FrameEncoder.header(buffer, opcode, length);
    buffer.writeBytes(prefix);
    if (payload.length() >= LARGE) {
      handOnWith(payload.retainedSlice());
    } else {
      payload.writeTo(buffer);
    }
  }

  /** A message that many connections are sent; the caller keeps its reference. */
  void shared(int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    count(length);
    if (deflater != null
        && deflater.suits(length)
        && deflated(opcode, deflater, payload.nioBuffer(), NOTHING)) {
      return;
    }
    ByteBuf buffer = buffer(FrameEncoder.MAX_HEADER + (length < LARGE_SHARED ? length : 0));
    FrameEncoder.header(buffer, opcode, length);
    if (length < LARGE_SHARED) {
      buffer.writeBytes(payload, payload.readerIndex(), length);
    } else {
      handOnWith(payload.retainedDuplicate());
    }
  }

  /** A message whose payload is this text as UTF-8. */
  void text(int opcode, String text) {
    if (deflater != null) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (deflater.suits(bytes.length)
          && deflated(opcode, deflater, ByteBuffer.wrap(bytes), NOTHING)) {
        count(bytes.length);
        return;
      }
    }
    ByteBuf buffer = buffer(FrameEncoder.MAX_HEADER + text.length());
    int before = buffer.readableBytes();
    FrameEncoder.message(buffer, opcode, text);
    count(buffer.readableBytes() - before);
  }

  /** False when the message is to go as it is. */
  private boolean deflated(
      int opcode, MessageDeflater deflating, ByteBuffer first, ByteBuffer second) {
    ByteBuf small = deflating.deflate(socket.allocator(), first, second);
    if (small == null) {
      return false;
    }
    ByteBuf buffer = buffer(FrameEncoder.MAX_HEADER + small.readableBytes());
    FrameEncoder.header(buffer, opcode | FrameEncoder.COMPRESSED, small.readableBytes());
    buffer.writeBytes(small);
    small.release();
    return true;
  }

  void ping() {
    FrameEncoder.header(buffer(FrameEncoder.MAX_HEADER), Opcode.PING, 0);
  }

  /** The answer to a ping carries the same payload (RFC 6455 §5.5.3). */
  void pong(Payload payload) {
    ByteBuf buffer = buffer(FrameEncoder.MAX_HEADER + payload.length());
    FrameEncoder.header(buffer, Opcode.PONG, payload.length());
    payload.writeTo(buffer);
  }

  void close(int code, String reason) {
    FrameEncoder.close(buffer(FrameEncoder.MAX_HEADER), code, reason);
  }

  void closeWithoutCode() {
    FrameEncoder.closeWithoutCode(buffer(FrameEncoder.MAX_HEADER));
  }

  /** Bytes that the client has not read yet, as far as we know. */
  long queued() {
    return socket.queued() + (gathered == null ? 0 : gathered.readableBytes());
  }

  /** Writes what was gathered. */
  void flush() {
    handOn();
    if (messages > 0) {
      meters.sent(messages, bytes);
      messages = 0;
      bytes = 0;
    }
  }

  /** Gives the memory back at the end of the connection. */
  void release() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
    if (deflater != null) {
      deflater.release();
    }
  }

  private void handOn() {
    ByteBuf buffer = taken();
    if (buffer != null) {
      socket.write(buffer);
    }
  }

  /** Hands on what was gathered with what comes behind it, in one packet where that is possible. */
  private void handOnWith(ByteBuf behind) {
    ByteBuf buffer = taken();
    if (buffer != null) {
      socket.writeLater(buffer);
    }
    socket.write(behind);
  }

  private @Nullable ByteBuf taken() {
    ByteBuf buffer = gathered;
    if (buffer != null) {
      gathered = null;
      expected = Math.max(SMALLEST_BUFFER, powerOfTwo(buffer.readableBytes()));
    }
    return buffer;
  }

  private ByteBuf buffer(int room) {
    if (gathered != null && gathered.readableBytes() >= MOST_GATHERED) {
      handOn();
    }
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = socket.allocator().ioBuffer(Math.max(expected, room));
      gathered = buffer;
    }
    return buffer;
  }

  /** The next one up, so that batches may differ a little without a buffer that grows. */
  private static int powerOfTwo(int size) {
    return Integer.highestOneBit(Math.max(1, size - 1)) << 1;
  }

  private void count(int length) {
    messages++;
    bytes += length;
  }
}
