package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.EdgeServer;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.Edge;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * The secure edge: a WebSocket server whose clients show a token first and then talk to the event
 * bus. Any number of instances share the port.
 */
public final class AuthVerticle extends VerticleBase {
  private final Gateway gateway;
  private final KeyRing ring;
  private EdgeServer server;
  private int port;

  /**
   * @param ring the keys that tokens are verified with, shared by all instances
   */
  @SuppressWarnings("NullAway.Init") // server is set in start()
  public AuthVerticle(Gateway gateway, KeyRing ring) {
    this.gateway = gateway;
    this.ring = ring;
  }

  /** With this secret as the only key. */
  public AuthVerticle(Gateway gateway, Secret secret) {
    this(gateway, KeyRing.of(gateway.settings().auth(), secret));
  }

  @Override
  public Future<?> start() {
    var settings = gateway.settings();
    var verifier = new TokenVerifier(vertx, settings.auth(), ring, gateway.node().time().wall());
    var bridge = new Bridge(vertx.eventBus(), gateway.node().name(), settings.bridge());
    var edge = new AuthEdge(settings.auth(), verifier, bridge, gateway.node());
    server = new EdgeServer(vertx, gateway, Edge.auth(settings), new AuthAcceptor(edge));
    return server.listen().onSuccess(found -> port = found);
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
}
