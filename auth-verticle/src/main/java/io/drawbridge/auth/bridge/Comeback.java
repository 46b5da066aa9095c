package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionHandle;
import io.drawbridge.config.SessionSettings;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Peer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one session keeps for a client that may come back: what it was sent last, its ticket, and
 * while it is away, the timer that gives it up. To be used on the session's event loop.
 */
final class Comeback {
  /** Of a ticket whose token has no end. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final long NO_TIMER = -1;

  final Resumption terms;
  final Backlog backlog;
  private final ResumableSessions all;
  private final Vertx vertx;
  private final Guard guard;
  private String ticketId;
  private long timer = NO_TIMER;

  /** The last number that was given before the connection was lost. */
  private long lastSent;

  /**
   * @param guard of the session's event loop
   */
  Comeback(Resumption terms, BridgeSession session, Bridge bridge, Guard guard) {
    SessionSettings settings = terms.settings();
    this.terms = terms;
    this.all = bridge.resumable();
    this.vertx = bridge.vertx;
    this.guard = guard;
    this.backlog = new Backlog(settings.resumeMessages(), settings.resumeBytes(), all.bytes);
    this.ticketId = all.issue(session);
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
    return all.seal(new ResumeTicket(ticketId, session.id(), session.user(), end));
  }

  /** Another ticket, since the one before was used. */
  void renew(BridgeSession session) {
    ticketId = all.issue(session);
  }

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
   * What the client gets again, or for the first time.
   *
   * @param seen the last that it has; negative where it doesn't say: then, all until the loss
   */
  Backlog.Missed missed(long seen) {
    if (seen >= 0) {
      return backlog.after(seen);
    }
    return backlog.after(isParked() ? lastSent : backlog.last());
  }

  /** Nobody can come back any more. */
  void end(Session session) {
    unpark();
    all.forget(ticketId);
    backlog.clear();
    terms.sessions().close(session.id());
  }

  /** As a connection reports it, but whether or not there is one. */
  Notice report(ErrorKind kind, Session session, String message, @Nullable String detail) {
    Peer peer = new Peer(session.peer(), session.user(), session.id());
    return new Notice(kind, message, kind.retryAfter(), guard.report(kind, peer, detail, 0));
  }
}
