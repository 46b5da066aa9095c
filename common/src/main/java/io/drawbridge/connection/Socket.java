package io.drawbridge.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

/**
 * A raw socket, as the wire needs it: buffers in and out without a copy, a read switch that works
 * at once, and half-closing.
 *
 * <p>Takes the place of Vert.x's own handler at the end of the channel's pipeline. That one hands
 * each read on through a queue that nothing here needs, and keeps its HTTP connection alive with
 * request and queues: 12 of the 14 KiB of heap that an idle connection would take.
 *
 * <p>The one place that uses Vert.x's exported internal API. The public one copies every read to
 * the heap, keeps reading into a queue after {@code pause()}, and can't close one direction alone,
 * which a Close frame needs to reach a peer that is still sending.
 */
public final class Socket {
  private final ContextInternal context = ContextInternal.current().unwrap();
  private final Channel channel;

  /** Whether a read is at hand, whose end flushes all that was written meanwhile. */
  private boolean inRead;

  private boolean unflushed;
  private Handler<ByteBuf> onRead = ReferenceCountUtil::release;
  private Runnable onRoom = () -> {};
  private Runnable onClosed = () -> {};

  public Socket(NetSocket socket) {
    ChannelHandlerContext vertx = ((NetSocketInternal) socket).channelHandlerContext();
    this.channel = vertx.channel();
    // Netty's default, the adaptive one, keeps making and clearing new chunks under large messages.
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel.pipeline().replace(vertx.handler(), null, new Reader());
    if (channel.pipeline().get(ChunkedWriteHandler.class) != null) {
      // For sending files over TLS.
      channel.pipeline().remove(ChunkedWriteHandler.class);
    }
  }

  /**
   * @param onRead is given each buffer that was read, and releases it
   * @param onRoom is called when the queue was fuller than {@link #pushBackAt} says, and no longer
   *     is
   * @param onClosed is called once, when the connection is gone for whatever reason
   */
  void start(Handler<ByteBuf> onRead, Runnable onRoom, Runnable onClosed) {
    this.onRead = onRead;
    this.onRoom = onRoom;
    this.onClosed = onClosed;
  }

  private void read(Object message) {
    inRead = true;
    if (message instanceof ByteBuf bytes) {
      context.dispatch(bytes, onRead);
    } else {
      // What was left of the handshake's request.
      ReferenceCountUtil.release(message);
    }
  }

  private void readAll() {
    inRead = false;
    flush();
  }

  private void writable() {
    if (channel.isWritable()) {
      context.dispatch(onRoom);
    }
  }

  private void closed() {
    context.dispatch(onClosed);
  }

  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  /**
   * When the queue is said to have room again: once it has dwindled from over {@code high} bytes to
   * less than {@code low}.
   */
  void pushBackAt(long low, long high) {
    int least = (int) Math.max(1, Math.min(low, Integer.MAX_VALUE));
    int most = (int) Math.max(least, Math.min(high, Integer.MAX_VALUE));
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(least, most));
  }

  /** Bytes written that the kernel has not taken yet, and a little for each write. */
  long queued() {
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  /**
   * Writes and releases; flushed at the end of the read at hand, or at once outside of one.
   *
   * <p>Vert.x's own queue would forget to release what is left in it when the peer is gone. A fault
   * shows as one of the channel: nobody waits for a single write.
   */
  void write(ByteBuf bytes) {
    writeLater(bytes);
    if (!inRead) {
      flush();
    }
  }

  /** Writes and releases, where another write follows that is to go along with it. */
  void writeLater(ByteBuf bytes) {
    unflushed = true;
    var unused = channel.write(bytes, channel.voidPromise());
  }

  /** Runs this once all that was written before is with the kernel, or lost. */
  void onceWritten(Runnable then) {
    flush();
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    if (queue != null && queue.isEmpty() && !isSecure()) {
      then.run();
      return;
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> then.run());
  }

  private void flush() {
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  void reading(boolean on) {
    if (channel.config().isAutoRead() != on) {
      channel.config().setAutoRead(on);
    }
  }

  /** Ends our direction; the peer still reads all that was written, and may still write. */
  void shutdownOutput() {
    HalfClose.of(channel);
  }

  /**
   * Ends both directions, where all is written and the peer sends no more. What it sends all the
   * same turns into a reset, which the end of our direction goes ahead of.
   */
  void end() {
    if (isSecure()) {
      // The end of TLS has to be written first.
      shutdownOutput();
    } else {
      endOutput();
      var unused = channel.close();
    }
  }

  /**
   * Past Netty where that is possible: its own way makes an exception for what is still to be
   * written, which is nothing, at 6 % of all that a connection costs.
   */
  private void endOutput() {
    if (channel instanceof UnixChannel unix
        && unix.fd() instanceof io.netty.channel.unix.Socket kernel) {
      try {
        kernel.shutdown(false, true);
      } catch (IOException | NotYetConnectedException e) {
        // The peer is gone already.
      }
    } else {
      shutdownOutput();
    }
  }

  private boolean isSecure() {
    return channel.pipeline().get(SslHandler.class) != null;
  }

  /** Ends it at once, where Vert.x's own close would wait for a peer that does not read. */
  void cut() {
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    // With TLS, a close would wait until the end of TLS is written.
    var unused = tls == null ? channel.close() : tls.close();
  }

  /** The end of the channel's pipeline. */
  private final class Reader extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext reader, Object message) {
      read(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reader) {
      readAll();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext reader) {
      writable();
    }

    @Override
    public void channelInactive(ChannelHandlerContext reader) {
      closed();
    }

    /** The peer has ended its direction of TLS; without TLS, Netty closes at once. */
    @Override
    public void userEventTriggered(ChannelHandlerContext reader, Object event) {
      if (event instanceof SslCloseCompletionEvent) {
        cut();
      }
    }

    /** A reset shows as a close; there is nothing more to learn from the exception. */
    @Override
    public void exceptionCaught(ChannelHandlerContext reader, Throwable cause) {
      cut();
    }
  }
}
