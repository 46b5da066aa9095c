package io.drawbridge.auth;

import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.bridge.Bridge;
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
  private final Secret secret;
  private final AddressHub hub;
  private Bridge bridge;
  private EdgeServer server;
  private int port;

  /** The only instance of its process. */
  public AuthVerticle(Gateway gateway, Secret secret) {
    this(gateway, secret, new AddressHub());
  }

  /**
   * @param secret the HS256 key that tokens are verified with
   * @param hub the process's
   */
  @SuppressWarnings("NullAway.Init") // bridge and server are set in start()
  public AuthVerticle(Gateway gateway, Secret secret, AddressHub hub) {
    this.gateway = gateway;
    this.secret = secret;
    this.hub = hub;
  }

  @Override
  public Future<?> start() {
    var settings = gateway.settings();
    var verifier = new TokenVerifier(vertx, settings.auth(), secret, gateway.node().time().wall());
    bridge = new Bridge(vertx, hub, gateway.node().name(), settings.bridge());
    server =
        new EdgeServer(
            vertx,
            gateway,
            Edge.auth(settings),
            () -> new AuthHandler(settings.auth(), verifier, bridge, gateway.node()));
    return server.listen().onSuccess(found -> port = found);
  }

  /** Sends all connections away, and ends when they are gone. */
  @Override
  public Future<?> stop() {
    return server.drain(gateway.settings().drain().over()).onComplete(gone -> bridge.close());
  }

  /** Where the server listens, once started. */
  public int port() {
    return port;
  }
}
