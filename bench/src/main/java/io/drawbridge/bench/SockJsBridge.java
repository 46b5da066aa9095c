package io.drawbridge.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSBridgeOptions;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;

/** Vert.x's own bridge, as its documentation sets it up, and a service that answers. */
final class SockJsBridge {
  private static final long NEVER_MILLIS = 3_600_000;

  private SockJsBridge() {}

  static void serve(int port, int loops) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    vertx
        .deployVerticle(new Service())
        .compose(
            service ->
                vertx.deployVerticle(
                    () -> new Server(port), new DeploymentOptions().setInstances(loops)))
        .onFailure(
            cause -> {
              cause.printStackTrace();
              vertx.close();
            });
  }

  private static final class Service extends AbstractVerticle {
    @Override
    public void start() {
      vertx
          .eventBus()
          .<String>consumer(
              BusTraffic.SERVICE, message -> message.reply(EchoTraffic.PREFIX + message.body()));
    }
  }

  private static final class Server extends AbstractVerticle {
    private final int port;

    Server(int port) {
      this.port = port;
    }

    @Override
    public void start() {
      SockJSBridgeOptions options =
          new SockJSBridgeOptions()
              .setPingTimeout(NEVER_MILLIS)
              .addInboundPermitted(new PermittedOptions().setAddress(BusTraffic.SERVICE))
              .addInboundPermitted(new PermittedOptions().setAddress(BusTraffic.ADDRESS))
              .addOutboundPermitted(new PermittedOptions().setAddress(BusTraffic.ADDRESS));
      Router router = Router.router(vertx);
      router.route("/eventbus/*").subRouter(SockJSHandler.create(vertx).bridge(options));
      vertx
          .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
          .requestHandler(router)
          .listen(port, "127.0.0.1");
    }
  }
}
