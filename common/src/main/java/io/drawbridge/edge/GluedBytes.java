package io.drawbridge.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
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
  /**
   * The most that is kept of a socket that is not read: twice the largest read. More comes only
   * from a client that has ended its own direction, and is as good as gone.
   */
  static final int MOST = 128 * 1024;

  /** The name that Vert.x gives it, and takes it away by. */
  private static final String HTTP_DECODER = "httpDecoder";

  private final ArrayDeque<Object> kept = new ArrayDeque<>(0);
  private final ChannelHandlerContext http;
  private int bytes;

  private GluedBytes(ChannelHandlerContext http) {
    this.http = http;
  }

  /** In the place of an HTTP decoder: what comes is no HTTP any more. */
  @Sharable
  private static final class NoDecoder extends ChannelInboundHandlerAdapter {
    private static final NoDecoder INSTANCE = new NoDecoder();
  }

  /** Begins to keep; to be called before the HTTP decoder is taken away. */
  static GluedBytes keep(HttpConnection connection) {
    ChannelHandlerContext http = context(connection);
    GluedBytes glued = new GluedBytes(http);
    http.pipeline().addBefore(http.name(), null, glued);
    return glued;
  }

  /**
   * Begins to keep while the answer is not known yet: the socket is not read until {@link #readOn},
   * and what was read of it already is not taken for HTTP.
   */
  static GluedBytes hold(HttpConnection connection) {
    GluedBytes glued = keep(connection);
    glued.http.channel().config().setAutoRead(false);
    glued.http.pipeline().replace(HTTP_DECODER, HTTP_DECODER, NoDecoder.INSTANCE);
    return glued;
  }

  /** The HTTP connection's place in its channel. */
  static ChannelHandlerContext context(HttpConnection connection) {
    return ((HttpServerConnection) connection).channelHandlerContext();
  }

  /** Reads the socket again. */
  void readOn() {
    http.channel().config().setAutoRead(true);
  }

  /** Hands on what was kept, and gets out of the way. */
  void handOn() {
    http.pipeline().remove(this);
  }

  /** The end of the request, too: without it, Vert.x takes it for one that is still under way. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    kept.add(message);
    bytes += message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
    if (bytes > MOST && !context.channel().config().isAutoRead()) {
      var unused = context.close();
    }
  }

  /** By {@link #handOn}, or because the channel is gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    boolean any = !kept.isEmpty();
    for (Object message = kept.poll(); message != null; message = kept.poll()) {
      if (context.channel().isActive()) {
        context.fireChannelRead(message);
      } else {
        ReferenceCountUtil.release(message);
      }
    }
    if (any) {
      context.fireChannelReadComplete();
    }
  }
}
