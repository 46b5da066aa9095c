package io.drawbridge.edge;

import io.drawbridge.admission.PeerAddress;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;

/**
 * Makes the TLS end of each socket, and says whose handshake failed: Vert.x hands on the fault
 * alone, when the socket is gone. Bounds how many are in their handshake, for which the edge knows
 * nothing of them yet.
 */
final class TlsContext extends DelegatingSslContext {
  /** Past it, no more come in until one is through; an honest one takes milliseconds. */
  static final int MOST_HANDSHAKES = 10_000;

  /** Where Vert.x keeps what a PROXY header told. */
  private static final AttributeKey<SocketAddress> PROXIED =
      AttributeKey.valueOf("RemoteAddressOverride");

  private final AtomicInteger handshakes = new AtomicInteger();

  TlsContext(SslContext context) {
    super(context);
  }

  @Override
  protected void initEngine(SSLEngine engine) {}

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator alloc, String peer, int port, boolean startTls, Executor tasks) {
    return handler(super.newHandler(alloc, peer, port, startTls, tasks), startTls, tasks);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator alloc, boolean startTls, Executor tasks) {
    return handler(super.newHandler(alloc, startTls, tasks), startTls, tasks);
  }

  /** The engine is the context's, with its own ways; only the handler around it is ours. */
  private SslHandler handler(SslHandler made, boolean startTls, Executor tasks) {
    return new SslHandler(made.engine(), startTls, tasks) {
      @Override
      public void handlerAdded(ChannelHandlerContext context) throws Exception {
        super.handlerAdded(context);
        context.pipeline().addAfter(context.name(), null, new Handshake());
      }
    };
  }

  /** Stands behind the TLS end of a socket until its handshake is over. */
  private final class Handshake extends ChannelInboundHandlerAdapter {
    private String peer = "";
    private boolean counted;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      // It can't be asked for once the socket is gone.
      peer = peer(context.channel());
      counted = true;
      if (handshakes.incrementAndGet() > MOST_HANDSHAKES) {
        var unused = context.channel().close();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent completion) {
        over();
        context.fireUserEventTriggered(
            completion.isSuccess()
                ? completion
                : new SslHandshakeCompletionEvent(new TlsFault(peer, completion.cause())));
        if (completion.isSuccess()) {
          context.pipeline().remove(this);
        }
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      over();
    }

    /** As a PROXY header told, where there was one. */
    private String peer(Channel channel) {
      SocketAddress told = channel.attr(PROXIED).get();
      if (told != null && told.hostAddress() != null) {
        return PeerAddress.of(told);
      }
      return channel.remoteAddress() instanceof InetSocketAddress socket && !socket.isUnresolved()
          ? PeerAddress.of(SocketAddress.inetSocketAddress(socket))
          : "";
    }

    private void over() {
      if (counted) {
        counted = false;
        handshakes.decrementAndGet();
      }
    }
  }
}
