package io.drawbridge.echo;

import io.drawbridge.edge.Acceptance;
import io.drawbridge.edge.EdgeServer;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.Edge;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;

/**
 * The echo edge: a WebSocket server that answers what it is sent, and the same as a service at the
 * address {@value #ADDRESS} of the event bus. Any number of instances share the port.
 */
public final class EchoVerticle extends VerticleBase {
  /** Where the echo service is reached on the event bus. */
  public static final String ADDRESS = "echo";

  private final Gateway gateway;
  private final String prefix;
  private EdgeServer server;
  private int port;

  @SuppressWarnings("NullAway.Init") // server is set in start()
  public EchoVerticle(Gateway gateway) {
    this.gateway = gateway;
    this.prefix = gateway.settings().echo().prefix();
  }

  @Override
  public Future<?> start() {
    Future<Acceptance> anybody =
        Future.succeededFuture(Acceptance.accepted(new EchoHandler(prefix)));
    server =
        new EdgeServer(
            vertx, gateway, Edge.echo(gateway.settings()), (handshake, guard) -> anybody);
    return vertx
        .eventBus()
        .<Object>consumer(ADDRESS, this::onRequest)
        .completion()
        .compose(registered -> server.listen())
        .onSuccess(found -> port = found);
  }

  /** Sends all connections away, and ends when they are gone. */
  @Override
  public Future<?> stop() {
    return server.drain(gateway.settings().drain().over());
  }

  /** Where the server listens, once started. */
  public int port() {
    return port;
  }

  /** A string comes back behind the prefix, any other body unchanged. */
  private void onRequest(Message<Object> request) {
    request.reply(request.body() instanceof String text ? prefix + text : request.body());
  }
}
