package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionHandle;
import io.drawbridge.config.SessionSettings;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one session keeps for a client that may come back: what it was sent last, its ticket, and
 * while it is away, the timer that gives it up. To be used on the session's event loop.
 */
final class Comeback {
  /** Of a ticket whose token has no end. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final long NO_TIMER = -1;

  /** Whoever registers one address often registers more. */
  private static final long CHANGES_TOLD_AFTER_MILLIS = 100;

  final Resumption terms;
  final Backlog backlog;
  private final ResumableSessions all;
  private final Vertx vertx;
  private final Guard guard;
  private final BridgeSession owner;
  private final @Nullable Moves moves;

  /** Null until the first. */
  private @Nullable String ticketId;

  private long timer = NO_TIMER;

  /** The last number that was given before the connection was lost. */
  private long lastSent;

  /** Whether it has come from another process, and its client has not been told yet. */
  private boolean arrived;

  /** Whether nobody knows how many envelopes were lost on that way. */
  private boolean lostUnknown;

  /** Whether the other processes are about to be told of its registrations. */
  private boolean changing;

  /**
   * @param guard of the session's event loop
   */
  Comeback(Resumption terms, BridgeSession session, Bridge bridge, Guard guard) {
    SessionSettings settings = terms.settings();
    this.terms = terms;
    this.all = bridge.resumable();
    this.vertx = bridge.vertx;
    this.guard = guard;
    this.owner = session;
    this.moves = bridge.moves();
    this.backlog = new Backlog(settings.resumeMessages(), settings.resumeBytes(), all.bytes);
  }

  /** What the client is told that may come back. */
  Resumption.Offer offer(Session session) {
    return new Resumption.Offer(ticket(session), terms.settings().resumeFor(), false, 0);
  }

  /** Good for as long as the session's token is. */
  private String ticket(Session session) {
    Instant now = terms.time().now();
    Instant end =
        session.expiresAt().equals(Instant.MAX)
            ? now.plus(LONGEST)
            : session.expiresAt().plus(terms.leeway());
    String id = Objects.requireNonNull(ticketId, "a session has a ticket before it is offered");
    return all.seal(new ResumeTicket(id, session.id(), session.user(), end));
  }

  /** Another ticket, where the one before was used; completes when it is good in all processes. */
  Future<Void> renew() {
    String used = ticketId;
    ticketId = all.issue(owner);
    if (moves != null && used != null) {
      moves.whereabouts.forget(used);
    }
    return write();
  }

  // --- what other processes know ----------------------------------------------------------------

  /** The session listens to other addresses than before, which is told of soon. */
  void changed() {
    if (moves != null && !changing) {
      changing = true;
      vertx.setTimer(
          CHANGES_TOLD_AFTER_MILLIS,
          due -> {
            changing = false;
            write();
          });
    }
  }

  /** Tells other processes where the session is, as long as its ticket is good. */
  Future<Void> write() {
    return moves == null || ticketId == null || !all.has(ticketId)
        ? Future.succeededFuture()
        : moves.whereabouts.write(
            ticketId, owner.place(moves.address), terms.settings().resumeFor());
  }

  /** This process ends; others go on with what they know. */
  Future<Void> leaveBehind() {
    return moves == null || ticketId == null || !all.has(ticketId)
        ? Future.succeededFuture()
        : moves.whereabouts.leave(
            ticketId, owner.place(moves.address), terms.settings().resumeFor());
  }

  /**
   * It has come from another process.
   *
   * @param from the number of the last envelope that its client has
   * @param complete whether all is here that came behind it, but for what it is told is lost
   */
  void arrived(long from, boolean complete) {
    arrived = true;
    lastSent = from;
    lostUnknown = !complete;
  }

  // --- its client's absence ---------------------------------------------------------------------

  /** The client is gone; false where it can't be kept for it. */
  boolean park(Session session, Runnable end) {
    Duration wait = terms.settings().resumeFor();
    if (!session.expiresAt().equals(Instant.MAX)) {
      Duration left =
          Duration.between(terms.time().now(), session.expiresAt().plus(terms.leeway()));
      wait = left.compareTo(wait) < 0 ? left : wait;
    }
    if (wait.toMillis() < 1 || !all.park(terms.mostParked())) {
      return false;
    }
    lastSent = backlog.last();
    timer = vertx.setTimer(wait.toMillis(), over -> end.run());
    return true;
  }

  /** While the client is away, this ends the session; false where that has happened already. */
  boolean handTo(Session session, SessionHandle handle) {
    return terms.sessions().hand(session.id(), handle);
  }

  /** The client is back, or won't be. */
  void unpark() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
      all.unpark();
    }
  }

  boolean isParked() {
    return timer != NO_TIMER;
  }

  /**
   * Behind which number the client gets all, again or for the first time.
   *
   * @param seen the last that it has; negative where it doesn't say: then, all until the loss
   */
  long from(long seen) {
    if (seen >= 0) {
      return seen;
    }
    return isParked() || arrived ? lastSent : backlog.last();
  }

  /** What its client is told that is back. */
  Resumption.Offer offer(Session session, Backlog.Missed missed) {
    long lost = lostUnknown ? Resumption.Offer.UNKNOWN : missed.lost();
    arrived = false;
    lostUnknown = false;
    return offer(session).resumed(lost);
  }

  /**
   * Nobody can come back any more, to this process.
   *
   * @param elsewhere whether others may still know of the session
   */
  void end(Session session, boolean elsewhere) {
    unpark();
    if (ticketId != null) {
      all.forget(ticketId);
      if (moves != null && !elsewhere) {
        moves.whereabouts.forget(ticketId);
      }
    }
    backlog.clear();
    terms.sessions().close(session.id());
  }

  /** As a connection reports it, but whether or not there is one. */
  Notice report(ErrorKind kind, Session session, String message, @Nullable String detail) {
    Peer peer = new Peer(session.peer(), session.user(), session.id());
    return new Notice(kind, message, kind.retryAfter(), guard.report(kind, peer, detail, 0));
  }
}
