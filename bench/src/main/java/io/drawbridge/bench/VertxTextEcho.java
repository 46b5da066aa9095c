package io.drawbridge.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;

/** A bare echo with Vert.x's own WebSocket and its text handler, without any guard. */
final class VertxTextEcho {
  private static final int LARGEST_MESSAGE = 1024 * 1024;

  private VertxTextEcho() {}

  static void serve(int port, int loops) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    if (!vertx.isNativeTransportEnabled()) {
      throw new IllegalStateException("no epoll", vertx.unavailableNativeTransportCause());
    }
    vertx
        .deployVerticle(() -> new Echo(port), new DeploymentOptions().setInstances(loops))
        .onFailure(
            cause -> {
              cause.printStackTrace();
              vertx.close();
            });
  }

  private static final class Echo extends AbstractVerticle {
    private final int port;

    Echo(int port) {
      this.port = port;
    }

    @Override
    public void start() {
      HttpServerOptions options =
          new HttpServerOptions()
              .setHttp2ClearTextEnabled(false)
              .setMaxWebSocketFrameSize(LARGEST_MESSAGE)
              .setMaxWebSocketMessageSize(LARGEST_MESSAGE);
      vertx
          .createHttpServer(options)
          .webSocketHandler(
              socket ->
                  socket.textMessageHandler(
                      text -> socket.writeTextMessage(EchoTraffic.PREFIX + text)))
          .listen(port, "127.0.0.1");
    }
  }
}
