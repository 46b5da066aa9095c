package io.drawbridge.guard;

import io.drawbridge.config.Rate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The new connections of one address at this node. The node's own bucket decides at once; what it
 * let through is owed to the guard's, and paid with permits from there. While the guard has too
 * few, because of other nodes, nobody else comes in here. Decides only; not thread-safe.
 */
final class ConnectAccount {
  /** The most permits that one request asks for. */
  private static final long MOST = 1_000;

  final String limit;
  final String key;
  private final Rate rate;
  private final double burst;
  private final Gcra bucket;

  /** Connections let in that the guard has lent no permit for yet. */
  private long owed;

  private boolean asking;

  /** Whether the guard's last answer was fewer permits than are owed; then no more come in. */
  private boolean overdrawn;

  /** When the guard may have what is owed. */
  private long payAt;

  /** Our part of the limit while the guard is silent; null while it answers. */
  private @Nullable Gcra share;

  /**
   * @param limit the guard's name of the limit
   * @param key whose limit it is
   * @param rate not unlimited
   * @param burst how many may come at once
   */
  ConnectAccount(String limit, String key, Rate rate, double burst, long now) {
    this.limit = limit;
    this.key = key;
    this.rate = rate;
    this.burst = burst;
    this.bucket = new Gcra(rate, burst, now);
  }

  /** Whether it counts against this limit. */
  boolean isUnder(Rate otherRate, long otherBurst) {
    return rate.equals(otherRate) && Double.compare(burst, (double) otherBurst) == 0;
  }

  /** Lets one in, or says in how many nanoseconds to come back; 0 for in. */
  long take(long now) {
    if (overdrawn) {
      return Math.max(1, payAt - now);
    }
    long wait = bucket.nanosUntil(1, now);
    if (wait > 0) {
      return wait;
    }
    bucket.takeAll(1, now);
    owed++;
    share = null;
    return 0;
  }

  /**
   * The same while the guard is silent: within our part of the rate, and a tenth of our part of the
   * burst, where other nodes have a part; nothing is owed.
   *
   * @param part how much of the limit is ours; 1 for all of it
   */
  long takeShare(double part, long now) {
    owed = 0;
    overdrawn = false;
    long wait = bucket.nanosUntil(1, now);
    if (wait > 0) {
      return wait;
    }
    if (part < 1) {
      if (share == null) {
        share = new Gcra(partOf(rate, part), burst * part / 10, now);
      }
      if (!share.takeAll(1, now)) {
        return share.nanosUntil(1, now);
      }
    }
    bucket.takeAll(1, now);
    return 0;
  }

  private static Rate partOf(Rate rate, double part) {
    return new Rate(rate.amount(), Duration.ofMillis((long) (rate.per().toMillis() / part)));
  }

  /** How many permits to ask the guard for now; 0 for not now. */
  long want(long now) {
    if (asking || owed == 0 || (overdrawn && now - payAt < 0)) {
      return 0;
    }
    asking = true;
    return Math.min(MOST, owed);
  }

  /** The same just to learn whether the guard answers again. */
  long probe() {
    if (asking) {
      return 0;
    }
    asking = true;
    return 1;
  }

  /**
   * The guard's answer.
   *
   * @param wait how long it has none, where it has lent none
   * @return when to ask for what is still owed, in nanoseconds from now; 0 where nothing is
   */
  long answered(long wanted, long granted, Duration wait, long now) {
    asking = false;
    owed = Math.max(0, owed - granted);
    overdrawn = owed > 0 && granted < wanted;
    if (!overdrawn) {
      return 0;
    }
    long forTheRest = (long) ((owed - 1) / rate.perSecond() * 1e9);
    payAt = now + Math.max(1_000_000, wait.toNanos() + forTheRest);
    return payAt - now;
  }

  /** Another guard is to be asked the same. */
  void postponed() {
    asking = false;
  }

  /** No answer: whether it has lent them can't be told, so they count as paid. */
  void unanswered(long wanted) {
    asking = false;
    owed = Math.max(0, owed - wanted);
    overdrawn = false;
  }
}
