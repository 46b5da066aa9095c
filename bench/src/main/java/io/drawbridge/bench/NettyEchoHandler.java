package io.drawbridge.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One connection of {@link NettyEcho}: whole unfragmented text frames in, unmasked a word at a time
 * and checked, the same behind a prefix out, with one write and one flush a read. All else closes.
 */
final class NettyEchoHandler extends ChannelInboundHandlerAdapter {
  private static final byte[] PREFIX = EchoTraffic.PREFIX.getBytes(StandardCharsets.US_ASCII);
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String KEY_HEADER = "Sec-WebSocket-Key: ";
  private static final int TEXT = 0x81;
  private static final int MAX_HEADER = 14;
  private static final int LARGE = 16 * 1024;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private boolean upgraded;

  /** The beginning of a frame whose end has not come yet. */
  private @Nullable ByteBuf pending;

  /** Answers of this read. */
  private @Nullable ByteBuf out;

  /** How much the last read's answers took, which is the best guess for the next. */
  private int outSize = 256;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    ByteBuf in = (ByteBuf) message;
    if (pending != null) {
      pending.writeBytes(in);
      in.release();
      in = pending;
      pending = null;
    }
    if (!upgraded) {
      upgrade(context, in);
    }
    while (upgraded && frame(context, in)) {}
    if (in.isReadable()) {
      pending = in;
    } else {
      in.release();
    }
    if (out != null) {
      outSize = out.readableBytes();
      write(context, out);
      out = null;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (pending != null) {
      pending.release();
      pending = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var unused = context.close();
  }

  private void upgrade(ChannelHandlerContext context, ByteBuf in) throws NoSuchAlgorithmException {
    String head = in.toString(StandardCharsets.US_ASCII);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return;
    }
    in.skipBytes(end + 4);
    int from = head.indexOf(KEY_HEADER) + KEY_HEADER.length();
    String key = head.substring(from, head.indexOf("\r\n", from)) + ACCEPT_GUID;
    byte[] hash =
        MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(hash)
            + "\r\n\r\n";
    ByteBuf buffer = context.alloc().buffer(answer.length());
    buffer.writeCharSequence(answer, StandardCharsets.US_ASCII);
    write(context, buffer);
    upgraded = true;
  }

  /** Answers the next frame; false when it is not whole yet. */
  private boolean frame(ChannelHandlerContext context, ByteBuf in) throws Exception {
    int at = in.readerIndex();
    int have = in.readableBytes();
    if (have < 6) {
      return false;
    }
    int small = in.getByte(at + 1) & 0x7F;
    int header = small < 126 ? 6 : small == 126 ? 8 : MAX_HEADER;
    if (have < header) {
      return false;
    }
    long length =
        small < 126 ? small : small == 126 ? in.getUnsignedShort(at + 2) : in.getLong(at + 2);
    if (in.getUnsignedByte(at) != TEXT) {
      throw new IllegalStateException("not a text frame");
    }
    if (have < header + length) {
      in.ensureWritable((int) (header + length - have));
      return false;
    }
    int key = in.getIntLE(at + header - 4);
    if (!unmask(in, at + header, (int) length, key)) {
      utf8.decode(in.nioBuffer(at + header, (int) length), CharBuffer.allocate((int) length), true)
          .throwException();
    }
    answer(context, in, at + header, (int) length);
    in.readerIndex(at + header + (int) length);
    return true;
  }

  private void answer(ChannelHandlerContext context, ByteBuf in, int from, int length) {
    ByteBuf buffer = out;
    if (buffer == null) {
      buffer = context.alloc().ioBuffer(outSize);
      out = buffer;
    }
    int whole = PREFIX.length + length;
    if (whole < 126) {
      buffer.writeShort(TEXT << 8 | whole);
    } else if (whole < 0x1_0000) {
      buffer.writeInt(TEXT << 24 | 126 << 16 | whole);
    } else {
      buffer.writeShort(TEXT << 8 | 127).writeLong(whole);
    }
    buffer.writeBytes(PREFIX);
    if (length < LARGE) {
      buffer.writeBytes(in, from, length);
    } else {
      write(context, buffer);
      out = null;
      write(context, in.retainedSlice(from, length));
    }
  }

  private static void write(ChannelHandlerContext context, ByteBuf buffer) {
    var unused = context.write(buffer, context.voidPromise());
  }

  /** Unmasks in place; whether all is ASCII. */
  private static boolean unmask(ByteBuf in, int from, int length, int key) {
    ByteBuffer bytes = in.internalNioBuffer(from, length).order(ByteOrder.LITTLE_ENDIAN);
    long word = (key & 0xFFFF_FFFFL) << 32 | (key & 0xFFFF_FFFFL);
    int index = bytes.position();
    int end = index + length;
    long seen = 0;
    for (; index <= end - 8; index += 8) {
      long plain = bytes.getLong(index) ^ word;
      bytes.putLong(index, plain);
      seen |= plain;
    }
    for (; index < end; index++, word >>>= 8) {
      byte plain = (byte) (bytes.get(index) ^ word);
      bytes.put(index, plain);
      seen |= plain;
    }
    return (seen & HIGH_BITS) == 0;
  }
}
