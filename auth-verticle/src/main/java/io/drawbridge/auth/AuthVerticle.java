package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.session.SessionRegistry;
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
  private final SessionRegistry sessions;
  private EdgeServer server;
  private int port;

  /** With this secret as the only key, and sessions that nobody else knows of. */
  public AuthVerticle(Gateway gateway, Secret secret) {
    this(
        gateway,
        KeyRing.of(gateway.settings().auth(), secret),
        new SessionRegistry(gateway.settings().auth(), gateway.node()));
  }

  /**
   * @param ring the keys that tokens are verified with, shared by all instances
   * @param sessions of all instances in this process
   */
  @SuppressWarnings("NullAway.Init") // server is set in start()
  public AuthVerticle(Gateway gateway, KeyRing ring, SessionRegistry sessions) {
    this.gateway = gateway;
    this.ring = ring;
    this.sessions = sessions;
  }

  @Override
  public Future<?> start() {
    var settings = gateway.settings();
    var verifier = new TokenVerifier(vertx, settings.auth(), ring, gateway.node().time().wall());
    var bridge = new Bridge(vertx.eventBus(), gateway.node().name(), settings.bridge());
    var shared =
        new AuthContext(
            settings.auth(),
            verifier,
            bridge,
            sessions,
            gateway.node(),
            task -> context.runOnContext(turn -> task.run()));
    server = new EdgeServer(vertx, gateway, Edge.auth(settings), new AuthAcceptor(shared));
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
