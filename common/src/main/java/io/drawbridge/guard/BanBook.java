package io.drawbridge.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The guard's book of bans: who is banned, until when, and how often before. Decides only; times
 * are epoch milliseconds, since bans outlive the process.
 *
 * <p>A ban for strikes is twice as long as the one before it. How often a subject was banned is
 * remembered for the longest ban after its last one has ended. Each change has a number, one more
 * than the change before.
 */
final class BanBook {
  static final int MOST_DOUBLINGS = 62;

  private long first;
  private long longest;
  private final int most;

  private final Map<BanSubject, Ban> bans = new HashMap<>();

  /** The same bans, those that end first in front. */
  private final TreeSet<Ban> byEnd =
      new TreeSet<>(
          Comparator.comparingLong(Ban::until).thenComparing(ban -> ban.subject().text()));

  /** By the last ban for strikes, the longest ago first. */
  private final LinkedHashMap<BanSubject, Offence> offences = new LinkedHashMap<>();

  private long seq;

  /**
   * @param first length of a first ban for strikes
   * @param longest of the bans for strikes
   * @param most bans, and offences, that are kept; the ban that ends first gives way
   */
  BanBook(Duration first, Duration longest, int most) {
    this.first = first.toMillis();
    this.longest = longest.toMillis();
    this.most = most;
  }

  /** Puts other lengths in force, for the bans to come. */
  void lengths(Duration newFirst, Duration newLongest) {
    first = newFirst.toMillis();
    longest = newLongest.toMillis();
  }

  /**
   * That a subject was banned for strikes.
   *
   * @param doublings of the first ban's length
   * @param forgetAt when it counts no more
   */
  record Offence(BanSubject subject, int doublings, long forgetAt) {}

  /** All that the book holds, to be kept over a restart. */
  record State(long seq, List<Ban> bans, List<Offence> offences) {
    static final State EMPTY = new State(0, List.of(), List.of());

    State {
      bans = List.copyOf(bans);
      offences = List.copyOf(offences);
    }
  }

  /** Takes what was kept; to be called on an empty book. */
  void restore(State state, long now) {
    state.bans().stream().filter(ban -> ban.until() > now).forEach(this::enter);
    state.offences().stream().filter(offence -> offence.forgetAt() > now).forEach(this::remember);
    while (bans.size() > most) {
      strikeOff(byEnd.first());
    }
    seq = state.seq();
  }

  State state(long now) {
    dropEnded(now);
    offences.values().removeIf(offence -> offence.forgetAt() <= now);
    return new State(seq, List.copyOf(byEnd), List.copyOf(offences.values()));
  }

  /** The number of the last change. */
  long seq() {
    return seq;
  }

  /** Those in force; the one that ends first in front. */
  List<Ban> bans(long now) {
    dropEnded(now);
    return List.copyOf(byEnd);
  }

  /** How many are in force. */
  int size(long now) {
    dropEnded(now);
    return bans.size();
  }

  boolean isBanned(BanSubject subject, long now) {
    Ban ban = bans.get(subject);
    return ban != null && ban.until() > now;
  }

  /** Bans for strikes, for twice as long as the last time. */
  List<BanChange> punish(BanSubject subject, String why, long now) {
    Offence last = offences.get(subject);
    int doublings =
        last == null || last.forgetAt() <= now ? 0 : Math.min(MOST_DOUBLINGS, last.doublings() + 1);
    long length = length(doublings);
    remember(new Offence(subject, doublings, now + length + longest));
    return ban(subject, length, why, now);
  }

  /** Bans for as long as it says, in place of a ban that is in force. */
  List<BanChange> ban(BanSubject subject, long millis, String why, long now) {
    dropEnded(now);
    List<BanChange> changes = new ArrayList<>();
    if (bans.size() >= most && !bans.containsKey(subject)) {
      Ban soonest = byEnd.first();
      strikeOff(soonest);
      changes.add(new BanChange(++seq, soonest.subject(), 0));
    }
    enter(new Ban(subject, now, now + millis, why));
    changes.add(new BanChange(++seq, subject, now + millis));
    return changes;
  }

  /**
   * Ends a ban and forgets the offences; null where nobody was banned, and nothing is published.
   */
  @Nullable BanChange pardon(BanSubject subject, long now) {
    offences.remove(subject);
    dropEnded(now);
    Ban ban = bans.get(subject);
    if (ban == null) {
      return null;
    }
    strikeOff(ban);
    return new BanChange(++seq, subject, 0);
  }

  private long length(int doublings) {
    return first > (longest >> doublings) ? longest : first << doublings;
  }

  private void enter(Ban ban) {
    Ban former = bans.put(ban.subject(), ban);
    if (former != null) {
      byEnd.remove(former);
    }
    byEnd.add(ban);
  }

  private void strikeOff(Ban ban) {
    bans.remove(ban.subject());
    byEnd.remove(ban);
  }

  private void dropEnded(long now) {
    while (!byEnd.isEmpty() && byEnd.first().until() <= now) {
      strikeOff(byEnd.first());
    }
  }

  private void remember(Offence offence) {
    offences.remove(offence.subject());
    offences.put(offence.subject(), offence);
    if (offences.size() > most) {
      offences.remove(offences.keySet().iterator().next());
    }
  }
}
