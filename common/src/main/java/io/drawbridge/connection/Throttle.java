package io.drawbridge.connection;

import java.time.Duration;

/**
 * Whether a connection is being throttled, for how long, and whether it has been told. Decides
 * only.
 *
 * <p>One that is slowed down again and again is throttled all the while: it is calm only after a
 * second in which nothing was held back.
 */
final class Throttle {
  private static final long CALM_AFTER = Duration.ofSeconds(1).toNanos();
  private static final long TOLD_EVERY = Duration.ofSeconds(10).toNanos();

  private final long longest;
  private boolean active;
  private boolean told;
  private long since;
  private long heldBackAt;
  private long toldAt;

  Throttle(Duration longest) {
    this.longest = longest.toNanos();
  }

  boolean isActive() {
    return active;
  }

  /** A message was held back; whether the client is to be told. */
  boolean heldBack(long now) {
    heldBackAt = now;
    if (active) {
      return false;
    }
    active = true;
    since = now;
    boolean tell = !told || now - toldAt >= TOLD_EVERY;
    if (tell) {
      told = true;
      toldAt = now;
    }
    return tell;
  }

  /** Whether it has been throttled for too long; ends the throttling when it has become calm. */
  boolean isTooLong(long now) {
    if (active && now - heldBackAt >= CALM_AFTER) {
      active = false;
    }
    return active && now - since >= longest;
  }
}
