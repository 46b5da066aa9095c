package io.drawbridge.guard;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The clocks of the machine, in which it never stands still for long: where it did, none of those
 * that share this one were frozen, but all would come anew.
 */
public final class SteadyTime {
  private static final long LONGEST_STEP = Duration.ofMillis(300).toNanos();

  private long readAt = System.nanoTime();
  private long told = readAt;

  public Time time() {
    return new Time(InstantSource.system(), this::nanos);
  }

  synchronized long nanos() {
    long now = System.nanoTime();
    told += Math.min(now - readAt, LONGEST_STEP);
    readAt = now;
    return told;
  }
}
