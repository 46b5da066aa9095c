package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.connection.SharedText;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Notice;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way between a connection and its session. A session stays on the event loop where it began,
 * with its registrations; a client that comes back may come to another. Then each message makes a
 * hop, in order: one at a time from the client, and so many bytes at once to it.
 */
public final class Line {
  /** On their way to another event loop; past it, the client is too slow. */
  private static final long MOST_UNDERWAY = 4L << 20;

  private final Bridge bridge;
  private final Connection connection;
  private final BridgeSession session;
  private final Turn.Gathering gathering;

  /** How many have stopped the reading; where session and connection are on the same event loop. */
  private int holds;

  /** Null where connection and session are on the same event loop. */
  private final @Nullable Far far;

  private static final class Far {
    final AtomicLong underway = new AtomicLong();
    volatile boolean behind;

    /** Whether the client was too slow, and gets nothing more; the session's event loop's. */
    boolean cut;

    /** How many have stopped the reading; the connection's event loop's. */
    int holds;
  }

  Line(Bridge bridge, Connection connection, BridgeSession session) {
    this.bridge = bridge;
    this.connection = connection;
    this.session = session;
    this.gathering = new Turn.Gathering(connection);
    this.far = session.isOn(bridge) ? null : new Far();
  }

  // --- for the connection, on its event loop ----------------------------------------------------

  /**
   * A message of the client.
   *
   * @param envelope as {@link Envelope#parse(String)} gives it
   * @param binary its kind; the client is answered by the same
   */
  public void receive(@Nullable JsonObject envelope, boolean binary) {
    if (far == null) {
      session.receive(envelope, binary);
      return;
    }
    hold(far);
    session.run(
        () -> {
          try {
            session.receive(envelope, binary);
          } finally {
            release();
          }
        });
  }

  /** Tells the client of an error after which the connection goes on. */
  public void tell(Notice notice) {
    atSession(() -> session.tell(notice));
  }

  /** The same session has another token: what it has registered is judged by its rights anew. */
  public void refreshed(Session fresh) {
    atSession(() -> session.refreshed(fresh));
  }

  /**
   * Answers the client's token.
   *
   * @param terms on which it may come back from now on; null where it has not asked for that
   * @param answer makes the answer, or null for none, from what the client may come back with
   */
  public void answer(
      @Nullable Resumption terms, Function<Resumption.@Nullable Offer, @Nullable String> answer) {
    atSession(() -> session.answer(terms, answer));
  }

  /** Begins to go on with a session that its client has come back to. */
  public void comeBack(Return back) {
    connection.hold();
    session.run(() -> session.comeBack(this, back));
  }

  /**
   * What is open with a client that is about to be sent away. One whose session is on another event
   * loop may come back to that: what it is owed is kept for it.
   */
  public MessageHandler.Debt debt() {
    return far == null ? session.debt() : MessageHandler.Debt.NONE;
  }

  /**
   * No message goes either way any more.
   *
   * @return whether the session ends by itself; otherwise, it is over
   */
  public boolean closed() {
    boolean lost = connection.isLost() || (connection.isSentAway() && bridge.moves() != null);
    if (far == null) {
      return session.closed(this, lost);
    }
    session.run(() -> session.closed(this, lost));
    return true;
  }

  /** Whether the session, on this event loop, will have the reading go on itself. */
  public boolean isHolding() {
    return holds > 0;
  }

  private void atSession(Runnable task) {
    if (far == null) {
      task.run();
    } else {
      session.run(task);
    }
  }

  // --- for the session, on its own event loop ---------------------------------------------------

  void send(String envelope, boolean binary) {
    if (far == null) {
      gather(envelope, binary);
    } else if (!far.cut) {
      ship(far, envelope.length(), () -> gather(envelope, binary));
    }
  }

  /** One that was encoded for many. */
  void send(SharedText envelope, boolean binary) {
    if (connection.gather(envelope, binary)) {
      bridge.turn.add(gathering);
    }
  }

  /** One that nobody changes any more. */
  void send(byte[] envelope, boolean binary) {
    if (far == null) {
      gather(envelope, binary);
    } else if (!far.cut) {
      ship(far, envelope.length, () -> gather(envelope, binary));
    }
  }

  /** Answers a ping, where the client knows the answer. */
  void pong(boolean binary) {
    if (Bridge.answersPings(connection)) {
      send(Bridge.PONG, binary);
    }
  }

  /** Whether the connection is on the session's own event loop, and over. */
  boolean isOver() {
    return far == null && !connection.isOpen();
  }

  /** Whether it is better to give to this session than to another. */
  boolean takesMore() {
    return far == null
        ? connection.isOpen() && !connection.isBehind()
        : !far.cut && !far.behind && far.underway.get() < MOST_UNDERWAY / 2;
  }

  /** Reads nothing more of the client until {@link #release}. */
  void hold() {
    if (far == null) {
      holds++;
      connection.hold();
    } else {
      bridge.run(() -> hold(far));
    }
  }

  /** On the connection's event loop. */
  private void hold(Far counting) {
    counting.holds++;
    connection.hold();
  }

  void release() {
    atConnection(
        () -> {
          int left = far == null ? --holds : --far.holds;
          if (left == 0) {
            connection.release();
          }
        });
  }

  void close(ErrorKind kind, @Nullable String detail) {
    atConnection(() -> connection.close(kind, detail));
  }

  /** The session has taken the connection: it is read again. */
  void taken() {
    atConnection(connection::release);
  }

  /** The session has ended before it could take the connection. */
  void tooLate(Return back) {
    bridge.run(back.tooLate());
  }

  Notice report(ErrorKind kind, String message, @Nullable String detail) {
    return connection.report(kind, message, detail);
  }

  /** Where errors of the session go, from its own event loop; null where that is another. */
  @Nullable Guard guard() {
    return far == null ? connection.guard() : null;
  }

  private void gather(String envelope, boolean binary) {
    if (connection.gather(envelope, binary)) {
      bridge.turn.add(gathering);
    }
  }

  private void gather(byte[] envelope, boolean binary) {
    SharedText text = new SharedText(Unpooled.wrappedBuffer(envelope));
    send(text, binary);
    text.release();
  }

  private void ship(Far to, long bytes, Runnable gather) {
    if (to.underway.addAndGet(bytes) > MOST_UNDERWAY) {
      to.cut = true;
      close(ErrorKind.SLOW_CONSUMER, "more than " + MOST_UNDERWAY + " bytes are underway");
      return;
    }
    bridge.run(
        () -> {
          to.underway.addAndGet(-bytes);
          gather.run();
          to.behind = connection.isBehind();
        });
  }

  private void atConnection(Runnable task) {
    if (far == null) {
      task.run();
    } else {
      bridge.run(task);
    }
  }
}
