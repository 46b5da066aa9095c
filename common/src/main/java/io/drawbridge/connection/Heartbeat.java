package io.drawbridge.connection;

import java.time.Duration;

/**
 * Is the peer still there? A ping at regular intervals, and an answer in time. Any byte counts as
 * an answer: a pong can wait behind a large message on a thin line. Decides only.
 */
final class Heartbeat {

  enum Beat {
    QUIET,
    /** A ping is due. */
    PING,
    /** Nothing has come since the ping. */
    DEAD
  }

  private final long interval;
  private final long patience;
  private long pingAt;
  private boolean waiting;

  Heartbeat(Duration interval, Duration patience, long now) {
    this.interval = interval.toNanos();
    this.patience = patience.toNanos();
    this.pingAt = now + this.interval;
  }

  /** Bytes came in. */
  void heard() {
    waiting = false;
  }

  /** How long the beat stays quiet, whether anything is heard or not. */
  long nanosUntilBeat(long now) {
    return pingAt - now + (waiting ? Math.min(0, patience - interval) : 0);
  }

  Beat beat(long now) {
    if (waiting) {
      return now - (pingAt - interval) >= patience ? Beat.DEAD : Beat.QUIET;
    }
    if (now - pingAt < 0) {
      return Beat.QUIET;
    }
    waiting = true;
    pingAt = now + interval;
    return Beat.PING;
  }
}
