package io.drawbridge.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;

/**
 * A raw socket, as the wire needs it: buffers in and out without a copy, a read switch that works
 * at once, and half-closing.
 *
 * <p>The one place that uses Vert.x's exported internal API. The public one copies every read to
 * the heap, keeps reading into a queue after {@code pause()}, and can't close one direction alone,
 * which a Close frame needs to reach a peer that is still sending.
 */
public final class Socket {
  private final NetSocketInternal socket;
  private final ChannelHandlerContext context;
  private final Channel channel;

  /** Bytes written that the kernel has not taken yet. */
  private long queued;

  /** Whether a read is at hand, whose end flushes all that was written meanwhile. */
  private boolean inRead;

  private boolean unflushed;
  private Runnable onWritten = () -> {};

  public Socket(NetSocket socket) {
    this.socket = (NetSocketInternal) socket;
    this.context = this.socket.channelHandlerContext();
    this.channel = context.channel();
    // Netty's default, the adaptive one, keeps making and clearing new chunks under large messages.
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
  }

  /**
   * @param onRead is given each buffer that was read, and releases it
   * @param onWritten is called when the kernel has taken some of what was written
   * @param onClosed is called once, when the connection is gone for whatever reason
   */
  void start(Consumer<ByteBuf> onRead, Runnable onWritten, Runnable onClosed) {
    this.onWritten = onWritten;
    socket.messageHandler(
        message -> {
          inRead = true;
          if (message instanceof ByteBuf bytes) {
            onRead.accept(bytes);
          } else {
            ReferenceCountUtil.release(message);
          }
        });
    socket.readCompletionHandler(
        end -> {
          inRead = false;
          flush();
        });
    // A reset shows as a close; there is nothing more to learn from the exception.
    socket.exceptionHandler(reset -> {});
    socket.closeHandler(closed -> onClosed.run());
  }

  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  long queued() {
    return queued;
  }

  /**
   * Writes and releases; flushed at the end of the read at hand, or at once outside of one.
   *
   * <p>Past Vert.x's own queue, which forgets to release what is left in it when the peer is gone.
   */
  void write(ByteBuf bytes) {
    int count = bytes.readableBytes();
    queued += count;
    unflushed = true;
    context
        .write(bytes)
        .addListener(
            written -> {
              queued -= count;
              onWritten.run();
            });
    if (!inRead) {
      flush();
    }
  }

  private void flush() {
    if (unflushed) {
      unflushed = false;
      context.flush();
    }
  }

  void reading(boolean on) {
    if (channel.config().isAutoRead() != on) {
      channel.config().setAutoRead(on);
    }
  }

  /** Ends our direction; the peer still reads all that was written, and may still write. */
  void shutdownOutput() {
    if (channel instanceof DuplexChannel duplex && channel.isActive()) {
      var unused = duplex.shutdownOutput();
    }
  }

  /** Ends it at once; Vert.x's own close waits for a peer that does not read. */
  void cut() {
    var unused = context.close();
  }
}
