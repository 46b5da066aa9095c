package io.drawbridge.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.ArrayDeque;

/**
 * What a client sent behind its handshake without waiting for the answer: kept until the connection
 * reads.
 *
 * <p>Vert.x loses it: when it takes its HTTP decoder away, that decoder hands what it has left to
 * the HTTP connection, which is being replaced and drops it. This stands between the two. Nothing
 * exported leads to the channel before that, hence the cast to an interface that is not.
 */
final class GluedBytes extends ChannelInboundHandlerAdapter {
  private final ArrayDeque<ByteBuf> kept = new ArrayDeque<>(0);
  private final ChannelHandlerContext http;

  private GluedBytes(ChannelHandlerContext http) {
    this.http = http;
  }

  /** Begins to keep; to be called before the HTTP decoder is taken away. */
  static GluedBytes keep(HttpConnection connection) {
    ChannelHandlerContext http = context(connection);
    GluedBytes glued = new GluedBytes(http);
    http.pipeline().addBefore(http.name(), null, glued);
    return glued;
  }

  /**
   * Leaves it with the kernel, where the handshake is refused: requests behind it would pile up,
   * thousands in one turn, before the answer is written and the socket closed.
   */
  static void leave(HttpConnection connection) {
    context(connection).channel().config().setAutoRead(false);
  }

  private static ChannelHandlerContext context(HttpConnection connection) {
    return ((HttpServerConnection) connection).channelHandlerContext();
  }

  /** Hands on what was kept, and gets out of the way. */
  void handOn() {
    http.pipeline().remove(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      kept.add(bytes);
    } else {
      context.fireChannelRead(message);
    }
  }

  /** By {@link #handOn}, or because the channel is gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    boolean any = !kept.isEmpty();
    for (ByteBuf bytes = kept.poll(); bytes != null; bytes = kept.poll()) {
      if (context.channel().isActive()) {
        context.fireChannelRead(bytes);
      } else {
        bytes.release();
      }
    }
    if (any) {
      context.fireChannelReadComplete();
    }
  }
}
