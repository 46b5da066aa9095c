package io.drawbridge.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Ends our direction of a channel, so that the peer reads all that was written before: a full close
 * could turn into a reset that destroys it on its way. With TLS, its own end goes out first (RFC
 * 8446 §6.1).
 */
public final class HalfClose {
  private HalfClose() {}

  /** To be called once all is written; what the peer still sends is of no interest any more. */
  public static void of(Channel channel) {
    if (!(channel instanceof DuplexChannel duplex) || !channel.isActive()) {
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      var unused = duplex.shutdownOutput();
    } else {
      // TLS 1.2 ends both directions at once: what came after that would pile up.
      channel.pipeline().addFirst(new Drop());
      tls.closeOutbound().addListener(sent -> shutdownOutput(duplex));
    }
  }

  private static void shutdownOutput(DuplexChannel channel) {
    if (channel.isActive()) {
      var unused = channel.shutdownOutput();
    }
  }

  private static final class Drop extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
