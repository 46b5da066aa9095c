package io.drawbridge.guard;

import io.drawbridge.config.Rate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The guard's side of rate limits: one bucket for each limit and key, from which edges borrow.
 *
 * <p>A permit is granted once and never taken back, so that what all edges let through together
 * stays within rate × time + burst. Decides only.
 *
 * <p>That holds over any sequence of owners of a key, too. The first may lend rate × t₁ + burst
 * within its time t₁. Each later one begins with nothing in hand at the moment since when nobody
 * else may have lent ({@link Standing#heldSince}), and lends at most rate × tₙ within its own time.
 * Their times don't overlap, so all of it is at most rate × time + burst. After a tenth of the time
 * that a bucket takes to fill, it has a tenth of its burst. What is left over is the time from the
 * last permit of an owner that dies to the first of the next one, a second or so: the edges spend
 * their shares in it, which begin 300 ms after they were answered last, with a tenth of the burst
 * between them.
 */
final class Limiter {
  /** How long a lease may be spent; what is left of it then is lost. */
  static final Duration LEASE_TTL = Duration.ofSeconds(1);

  private static final Grant FULL = new Grant(0, LEASE_TTL.toMillis());

  private Map<String, Limit> limits;
  private final int maxKeys;

  /** By last use, the oldest first. */
  private final LinkedHashMap<String, Gcra> buckets = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param limits each limit by its name
   * @param maxKeys the most buckets kept; when all of them are in use, new keys are refused
   */
  Limiter(Map<String, Limit> limits, int maxKeys) {
    this.limits = new HashMap<>(limits);
    this.maxKeys = maxKeys;
  }

  /**
   * What holds for each key.
   *
   * @param burst the most that is lent at once
   */
  record Limit(Rate rate, double burst) {

    /** With a burst of one second of the rate. */
    static Limit of(Rate rate) {
      return new Limit(rate, Limiter.burst(rate));
    }
  }

  /**
   * What an edge gets.
   *
   * @param granted permits; may be fewer than it wanted
   * @param millis how long they live, or, where none were granted, how long to wait
   */
  record Grant(long granted, long millis) {}

  /** Puts other limits in force; a bucket whose limit changed is full again. */
  void limits(Map<String, Limit> others) {
    Map<String, Limit> before = limits;
    limits = new HashMap<>(others);
    buckets
        .keySet()
        .removeIf(
            bucket -> {
              String name = bucket.substring(0, bucket.indexOf(' '));
              return !Objects.equals(before.get(name), limits.get(name));
            });
  }

  Set<String> limits() {
    return limits.keySet();
  }

  /**
   * Forgets the buckets of keys that are lent by others now: what was lent meanwhile does not stand
   * in them.
   *
   * @param mine whether what {@link #grant} calls limit and key, with a space between, is ours
   */
  void retain(Predicate<String> mine) {
    buckets.keySet().removeIf(bucket -> !mine.test(bucket));
  }

  /** Where nobody else lends. */
  Grant grant(String limit, String key, long want, long now) {
    return grant(limit, key, want, now, now - Standing.ALWAYS.toNanos());
  }

  /**
   * Lends.
   *
   * @param heldSince since when nobody else may have lent this key
   */
  Grant grant(String limit, String key, long want, long now, long heldSince) {
    Limit known = limits.get(limit);
    if (known == null) {
      throw new IllegalArgumentException("limit: unknown");
    }
    if (known.rate().unlimited()) {
      return new Grant(want, LEASE_TTL.toMillis());
    }
    String name = limit + ' ' + key;
    Gcra bucket = buckets.get(name);
    if (bucket == null) {
      if (buckets.size() >= maxKeys && !dropIdle(now)) {
        return FULL;
      }
      // One that would be full by now is, as it is for a key that was never lent.
      bucket = Gcra.spent(known.rate(), known.burst(), heldSince);
      buckets.put(name, bucket);
    }
    long granted = bucket.take(want, now);
    return granted > 0
        ? new Grant(granted, LEASE_TTL.toMillis())
        : new Grant(0, wholeMillis(bucket.nanosUntil(1, now)));
  }

  /** Rounded up: who comes back too early asks in vain. */
  private static long wholeMillis(long nanos) {
    return Math.max(1, Duration.ofNanos(nanos).plusNanos(999_999).toMillis());
  }

  /** One second of the rate. */
  static double burst(Rate rate) {
    return rate.perSecond();
  }

  /** Forgets the bucket that was used longest ago, if that makes no difference to its key. */
  private boolean dropIdle(long now) {
    Iterator<Gcra> oldest = buckets.values().iterator();
    if (oldest.hasNext() && oldest.next().isIdle(now)) {
      oldest.remove();
      return true;
    }
    return false;
  }
}
