package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Deflates the messages of one connection, each in one go (RFC 7692 §7.2.1).
 *
 * <p>A message that would gain nothing goes as it is, which the extension allows for any. So does
 * one that is longer than the client's window: zlib's Java API has only the largest, and no
 * well-kept library has others, but no reference can reach further back than its own message is
 * long.
 */
public final class MessageDeflater {
  /** Shorter ones hardly gain, without other messages to refer to. */
  private static final int SMALLEST = 64;

  /** Longer ones would hold the event loop up for more than some 10 ms. */
  private static final int LARGEST = 1024 * 1024;

  /** The empty block that a flush ends with, and that is left out (§7.2.1). */
  private static final int TAIL = 4;

  /** More than zlib ever adds to what can't be compressed. */
  private static final int MARGIN = 64;

  private final DeflateContexts contexts;
  private final boolean takeover;
  private final int largest;

  /** With a context taken over, made for the first message. */
  private @Nullable Deflater own;

  MessageDeflater(DeflateContexts contexts, PerMessageDeflate agreed) {
    this.contexts = contexts;
    boolean allWindow = agreed.isServerWindowLargest();
    takeover = agreed.serverTakeover() && allWindow;
    largest = allWindow ? LARGEST : 1 << agreed.serverWindowBits();
  }

  /** Whether to try it with a message of this length. */
  public boolean suits(int length) {
    return length <= largest && length >= (takeover ? 1 : SMALLEST);
  }

  /**
   * The payload of a compressed message made of these parts, for the caller to release; null when
   * it would be no smaller.
   */
  public @Nullable ByteBuf deflate(
      ByteBufAllocator allocator, ByteBuffer first, ByteBuffer second) {
    int length = first.remaining() + second.remaining();
    ByteBuf out = allocator.ioBuffer(length + (length >> 3) + MARGIN);
    Deflater deflater = deflater();
    append(deflater, first, out, Deflater.NO_FLUSH);
    append(deflater, second, out, Deflater.SYNC_FLUSH);
    out.writerIndex(out.writerIndex() - TAIL);
    if (takeover) {
      return out;
    }
    deflater.reset();
    if (out.readableBytes() < length) {
      return out;
    }
    out.release();
    return null;
  }

  private Deflater deflater() {
    if (!takeover) {
      return contexts.shared();
    }
    Deflater deflater = own;
    if (deflater == null) {
      deflater = contexts.ownDeflater();
      own = deflater;
    }
    return deflater;
  }

  private static void append(Deflater deflater, ByteBuffer part, ByteBuf out, int flush) {
    deflater.setInput(part);
    ByteBuffer view = out.internalNioBuffer(out.writerIndex(), out.writableBytes());
    int count = deflater.deflate(view, flush);
    if (!deflater.needsInput() || count == out.writableBytes()) {
      throw new IllegalStateException("deflated data is longer than it can be");
    }
    out.writerIndex(out.writerIndex() + count);
  }

  /** Gives zlib's state back at the end of the connection. */
  public void release() {
    if (own != null) {
      own.end();
      own = null;
    }
  }
}
