package io.drawbridge.guard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts faults: so many of one subject within a window are too many. Decides only.
 *
 * <p>A strike is remembered for the window, or up to a 64th of it less: strikes of one moment are
 * kept as one mark, so that a subject never needs more than 65 of them.
 */
final class Strikes {
  private static final int MARKS = 64;

  private long limit;
  private long window;
  private final int most;

  /** By the last strike, the oldest first. */
  private final LinkedHashMap<BanSubject, Tally> tallies = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param limit strikes that are too many; {@link Integer#MAX_VALUE} for unlimited
   * @param window how long a strike counts
   * @param most the most subjects remembered; whose last strike is longest ago is forgotten
   */
  Strikes(int limit, Duration window, int most) {
    this.limit = limit;
    this.window = window.toNanos();
    this.most = most;
  }

  /** Puts another limit in force; what was counted stays. */
  void limit(int newLimit, Duration newWindow) {
    limit = newLimit;
    window = newWindow.toNanos();
  }

  /** When, and how many. */
  private record Mark(long at, long count) {}

  private static final class Tally {
    private final ArrayDeque<Mark> marks = new ArrayDeque<>(2);
    private long total;
  }

  /**
   * Counts strikes; true when they are too many, and then all of the subject's are forgotten.
   *
   * @param now on the monotonic clock, in nanoseconds
   */
  boolean add(BanSubject subject, long count, long now) {
    if (limit == Integer.MAX_VALUE) {
      return false;
    }
    Tally tally = tallies.computeIfAbsent(subject, fresh -> new Tally());
    forgetOld(tally, now);
    mark(tally, Math.min(count, limit), now);
    if (tally.total >= limit) {
      tallies.remove(subject);
      return true;
    }
    if (tallies.size() > most) {
      forget(oldest());
    }
    return false;
  }

  /** Forgets all strikes of a subject. */
  void forget(BanSubject subject) {
    tallies.remove(subject);
  }

  int subjects() {
    return tallies.size();
  }

  private BanSubject oldest() {
    Map.Entry<BanSubject, Tally> first = tallies.entrySet().iterator().next();
    return first.getKey();
  }

  private void forgetOld(Tally tally, long now) {
    while (!tally.marks.isEmpty() && now - tally.marks.getFirst().at() >= window) {
      tally.total -= tally.marks.removeFirst().count();
    }
  }

  private void mark(Tally tally, long count, long now) {
    Mark last = tally.marks.peekLast();
    if (last != null && now - last.at() < window / MARKS) {
      tally.marks.removeLast();
      tally.marks.addLast(new Mark(last.at(), last.count() + count));
    } else {
      tally.marks.addLast(new Mark(now, count));
    }
    tally.total += count;
  }
}
