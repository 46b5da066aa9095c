package io.drawbridge.edge;

import io.drawbridge.connection.HalfClose;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;

/**
 * The end of a refused handshake, as RFC 9112 §9.6 advises: the answer goes out, our direction
 * ends, and what still comes is dropped until the client has ended its own, or is cut. A plain
 * close turns into a reset while the client is sending, which can destroy the answer on its way.
 *
 * <p>What comes behind a refused request is no request: thousands of them could pile up in one turn
 * of the event loop.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
  private final ChannelHandlerContext http;

  private LingeringClose(ChannelHandlerContext http) {
    this.http = http;
  }

  /** Begins to drop what comes. */
  static LingeringClose of(HttpConnection connection) {
    ChannelHandlerContext http = GluedBytes.context(connection);
    LingeringClose close = new LingeringClose(http);
    http.pipeline().addBefore(http.name(), null, close);
    return close;
  }

  /** The answer is written. */
  void answered() {
    HalfClose.of(http.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }
}
