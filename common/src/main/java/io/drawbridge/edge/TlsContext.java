package io.drawbridge.edge;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS end of each socket that may go as far, and says whose handshake failed: Vert.x
 * hands on the fault alone, when the socket is gone.
 */
final class TlsContext extends DelegatingSslContext {
  private final TlsDoors doors;

  TlsContext(SslContext context, TlsDoors doors) {
    super(context);
    this.doors = doors;
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
        context.pipeline().addAfter(context.name(), null, new Handshake(context));
      }
    };
  }

  /** Stands behind the TLS end of a socket until its handshake is over. */
  private final class Handshake extends ChannelInboundHandlerAdapter {
    private final ChannelHandlerContext tls;
    private final @Nullable Arrivals arrivals = doors.here();
    private String peer = "";

    Handshake(ChannelHandlerContext tls) {
      this.tls = tls;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      // It can't be asked for once the socket is gone.
      peer = Arrivals.peer(context.channel());
      if (arrivals == null) {
        var unused = tls.close();
      } else {
        var unused = arrivals.beforeTls(context.channel());
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent completion) {
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

    /** Because the handshake is through, or the socket is gone. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      if (arrivals != null && !context.channel().isActive()) {
        arrivals.end(context.channel());
      }
    }
  }
}
