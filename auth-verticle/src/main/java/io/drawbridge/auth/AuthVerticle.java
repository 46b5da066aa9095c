package io.drawbridge.auth;

import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.bridge.Resumption;
import io.drawbridge.auth.bridge.Rules;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.BridgeSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.EdgeServer;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.Edge;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.Executor;

/**
 * The secure edge: a WebSocket server whose clients show a token first and then talk to the event
 * bus. Any number of instances share the port.
 */
public final class AuthVerticle extends VerticleBase {
  private final Gateway gateway;
  private final KeyRing ring;
  private final SessionRegistry sessions;
  private final AddressHub hub;
  private BridgeSettings inForce;
  private Bridge bridge;
  private EdgeServer server;
  private Runnable unlisten = () -> {};
  private int port;

  /** With this secret as the only key, and sessions that nobody else knows of. */
  public AuthVerticle(Gateway gateway, Secret secret) {
    this(
        gateway,
        KeyRing.of(gateway.settings().auth(), secret),
        new SessionRegistry(gateway.settings().auth(), gateway.node()),
        new AddressHub());
  }

  /**
   * @param ring the keys that tokens are verified with, shared by all instances
   * @param sessions of all instances in this process
   * @param hub of all instances in this process
   */
  @SuppressWarnings("NullAway.Init") // rules, bridge and server are set in start()
  public AuthVerticle(Gateway gateway, KeyRing ring, SessionRegistry sessions, AddressHub hub) {
    this.gateway = gateway;
    this.ring = ring;
    this.sessions = sessions;
    this.hub = hub;
  }

  @Override
  public Future<?> start() {
    var settings = gateway.settings();
    var verifier = new TokenVerifier(vertx, settings.auth(), ring, gateway.node().time().wall());
    var rules = gateway.live().settings().bridge();
    bridge = new Bridge(vertx, hub, gateway.node().name(), new Rules(rules));
    inForce = rules;
    Executor loop = task -> context.runOnContext(turn -> task.run());
    unlisten = gateway.live().onChange(loop, now -> take(now.settings().bridge()));
    var shared =
        new AuthContext(
            settings.auth(), verifier, bridge, sessions, resumption(), gateway.node(), loop);
    server = new EdgeServer(vertx, gateway, Edge.auth(settings), new AuthAcceptor(shared));
    return server.listen().onSuccess(found -> port = found);
  }

  /** Sessions are judged anew, but for a reload that is about something else. */
  private void take(BridgeSettings fresh) {
    if (!fresh.equals(inForce)) {
      inForce = fresh;
      bridge.rules(new Rules(fresh));
    }
  }

  private Resumption resumption() {
    var settings = gateway.settings();
    return new Resumption(
        settings.session(),
        sessions,
        gateway.node().time(),
        settings.auth().leeway(),
        Edge.auth(settings).limits().connections());
  }

  /** Sends all connections away, and ends when they are gone. */
  @Override
  public Future<?> stop() {
    unlisten.run();
    return server.drain(gateway.settings().drain().over()).eventually(bridge::close);
  }

  /** Where the server listens, once started. */
  public int port() {
    return port;
  }
}
