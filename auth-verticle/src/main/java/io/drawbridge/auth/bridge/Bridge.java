package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.connection.Connection;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one event loop share: the event bus, the rules of who may use it, and which
 * of them listen to which address. To be made and used on that event loop.
 */
public final class Bridge {
  /** The answer to a ping. */
  public static final String PONG = "{\"type\":\"pong\"}";

  final Vertx vertx;
  final EventBus bus;
  final String node;
  final Turn turn;
  private final Context context;
  private final AddressHub hub;
  private final Map<String, Audience> audiences = new HashMap<>();
  private final Set<BridgeSession> sessions = new HashSet<>();
  private Rules rules;

  /**
   * @param hub the process's
   * @param node what services know the process by
   */
  public Bridge(Vertx vertx, AddressHub hub, String node, Rules rules) {
    this.vertx = vertx;
    this.bus = vertx.eventBus();
    this.hub = hub;
    this.node = node;
    this.rules = rules;
    this.context = vertx.getOrCreateContext();
    this.turn = new Turn(context);
  }

  /**
   * Whether a client on this connection knows the answer to a ping: that of Vert.x, which speaks in
   * frames of SockJS, would log a warning of it every few seconds.
   */
  public static boolean answersPings(Connection connection) {
    return !connection.isFramed();
  }

  /** Begins a session, which from now on hears what is published to its user. */
  public Line open(Connection connection, Session session) {
    BridgeSession opened = new BridgeSession(this, connection, session);
    sessions.add(opened);
    return opened.line();
  }

  /**
   * The session that a client shows the ticket of, which is used up by it; null where there is
   * none. It is on this event loop or on another.
   */
  public @Nullable BridgeSession take(String ticket, String user, Instant now) {
    return hub.resumable.take(ticket, user, now);
  }

  /** The way between a connection of this event loop and a session that was taken. */
  public Line line(Connection connection, BridgeSession taken) {
    return new Line(this, connection, taken);
  }

  void closed(BridgeSession session) {
    sessions.remove(session);
  }

  /** From now on, other rules hold; what sessions have registered is judged by them anew. */
  public void rules(Rules fresh) {
    rules = fresh;
    // One that takes no more is closed meanwhile.
    List.copyOf(sessions).forEach(BridgeSession::judgeAnew);
  }

  Rules rules() {
    return rules;
  }

  ResumableSessions resumable() {
    return hub.resumable;
  }

  /** To be called when all connections are gone; nobody comes back any more. */
  public void close() {
    List.copyOf(sessions).forEach(BridgeSession::giveUp);
    hub.leave(context);
  }

  // --- who listens ------------------------------------------------------------------------------

  Audience join(String address, Registration member) {
    Audience audience = audiences.get(address);
    if (audience != null) {
      audience.add(member);
      return audience;
    }
    Audience fresh = new Audience(address, context);
    audiences.put(address, fresh);
    fresh.add(member);
    hub.join(bus, fresh);
    return fresh;
  }

  void leave(String address, Registration member) {
    Audience audience = audiences.get(address);
    if (audience == null) {
      return;
    }
    audience.remove(member);
    if (audience.size() == 0) {
      audiences.remove(address);
      hub.leave(audience);
    }
  }

  /** Runs this on the bridge's event loop, now or soon. */
  void run(Runnable task) {
    context.runOnContext(turn -> task.run());
  }
}
