package io.drawbridge.guard;

import io.drawbridge.config.Rate;

/**
 * One rate limit: the generic cell rate algorithm (ITU-T I.371) in its form as a leaky bucket,
 * which needs no timer and two numbers. Over any time t it lets at most rate × t + burst through.
 *
 * <p>Decides only; the caller brings the time. Not thread-safe.
 */
public final class Gcra {
  /** How far rounding may be off, as a part of the burst. */
  private static final double ROUNDING = 1e-12;

  private final double perNano;
  private final double burst;

  /** The burst, and what rounding may have added to the level: who waited long enough gets in. */
  private final double full;

  /** What was let through and has not leaked away yet, at {@link #at}. */
  private double level;

  private long at;

  /**
   * @param rate what leaks away; not unlimited
   * @param burst the most that passes at once; at least 1
   * @param now nanoseconds on the clock that every later call uses
   */
  public Gcra(Rate rate, double burst, long now) {
    this.perNano = rate.perSecond() / 1e9;
    this.burst = Math.max(1, burst);
    this.full = this.burst * (1 + ROUNDING);
    this.at = now;
  }

  /** One of which all had been taken by then. */
  static Gcra spent(Rate rate, double burst, long at) {
    Gcra gcra = new Gcra(rate, burst, at);
    gcra.level = gcra.burst;
    return gcra;
  }

  /** Takes up to {@code want} permits: how many there were. */
  public long take(long want, long now) {
    leak(now);
    long granted = Math.min(want, (long) (full - level));
    level += granted;
    return granted;
  }

  /** Takes all of {@code want} or nothing; more than the burst is never had. */
  public boolean takeAll(long want, long now) {
    leak(now);
    if (level + want > full) {
      return false;
    }
    level += want;
    return true;
  }

  /** Gives back what was taken in the same instant. */
  public void giveBack(long count) {
    level = Math.max(0, level - count);
  }

  /** Nanoseconds until {@code want} permits are there; 0 when they are. */
  public long nanosUntil(long want, long now) {
    leak(now);
    double over = level + Math.min((double) want, burst) - (burst + full) / 2;
    return over <= 0 ? 0 : (long) Math.ceil(over / perNano);
  }

  /** Whether nothing is left of what was taken, so that forgetting this bucket changes nothing. */
  boolean isIdle(long now) {
    leak(now);
    return level == 0;
  }

  private void leak(long now) {
    long elapsed = now - at;
    if (elapsed > 0) {
      level = Math.max(0, level - elapsed * perNano);
      at = now;
    }
  }
}
