package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.Session;
import io.drawbridge.connection.Connection;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Null where there is no other process to come back to. */
  private final @Nullable Moves moves;

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
    this.moves = hub.isClustered(vertx) ? new Moves(this) : null;
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
   * The session that a client shows the ticket of, which is used up by it; empty where there is
   * none. It is on this event loop or on another; where it was in another process, it has come here
   * first, which takes a while. Never fails.
   */
  public Future<Optional<BridgeSession>> take(Comer comer, Resumption terms) {
    ResumeTicket ticket =
        resumable().open(comer.ticket(), comer.claims().user(), terms.time().now());
    if (ticket == null) {
      return Future.succeededFuture(Optional.empty());
    }
    BridgeSession here = resumable().take(ticket.id());
    return here != null || moves == null
        ? Future.succeededFuture(Optional.ofNullable(here))
        : moves.fetch(ticket, comer, terms);
  }

  /** A session that comes from another process. */
  BridgeSession arrive(Session session, Comer comer, Resumption terms) {
    BridgeSession arrived = new BridgeSession(this, session, terms, comer.guard());
    sessions.add(arrived);
    return arrived;
  }

  /** The way between a connection of this event loop and a session that was taken. */
  public Line line(Connection connection, BridgeSession taken) {
    return new Line(this, connection, taken);
  }

  void closed(BridgeSession session) {
    sessions.remove(session);
    if (moves != null) {
      moves.closed(session);
    }
  }

  /** To and from other processes; null where there are none. */
  @Nullable Moves moves() {
    return moves;
  }

  /** Those that clients may come back to. */
  List<BridgeSession> kept() {
    return sessions.stream().filter(BridgeSession::isKept).toList();
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

  /** How long to wait at the end for clients to come to another process. */
  Duration farewell() {
    return hub.farewell;
  }

  ResumableSessions resumable() {
    return hub.resumable;
  }

  /**
   * To be called when all connections are gone. In a cluster, it waits for the clients that are on
   * their way to another process, as long as they were told to wait at most, since what is kept for
   * them is here; then nobody comes back to this one any more.
   */
  public Future<Void> close() {
    if (moves == null) {
      end();
      return Future.succeededFuture();
    }
    return moves.close().onComplete(gone -> end()).mapEmpty();
  }

  private void end() {
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

  /** The same result, on the bridge's event loop. */
  <T> Future<T> here(Future<T> elsewhere) {
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(done -> run(() -> here.handle(done)));
    return here.future();
  }

  /** Runs this on the bridge's event loop, now or soon. */
  void run(Runnable task) {
    context.runOnContext(turn -> task.run());
  }
}
