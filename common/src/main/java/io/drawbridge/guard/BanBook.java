package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The guard's book of bans: who is banned, until when, and how often before. Decides only; times
 * are epoch milliseconds, since bans outlive the process.
 *
 * <p>A ban for strikes is twice as long as the one before it. How often a subject was banned is
 * remembered for the longest ban after its last one has ended. Each change has a number, one more
 * than the change before.
 *
 * <p>Where several guards may hold a book, what each knows of a subject is put together by the time
 * of its last change. A change is later than the one before it, however clocks differ: who makes
 * one knows of that. A pardon is remembered until the ban would have ended.
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

  /** Those that somebody may not know of yet, the longest ago first; empty with one guard. */
  private final LinkedHashMap<BanSubject, Pardon> pardons = new LinkedHashMap<>();

  private boolean keepsPardons;

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
   * @param at when; 0 where that was not written down
   * @param doublings of the first ban's length
   * @param forgetAt when it counts no more
   */
  record Offence(BanSubject subject, long at, int doublings, long forgetAt) {

    JsonObject toJson() {
      return new JsonObject()
          .put("subject", subject.text())
          .put("at", at)
          .put("doublings", doublings)
          .put("forgetAt", forgetAt);
    }

    /**
     * Reads what {@link #toJson} writes.
     *
     * @throws IllegalArgumentException naming the field that is missing or wrong
     */
    static Offence fromJson(JsonObject json) {
      return new Offence(
          Ban.subject(json),
          json.containsKey("at") ? Ban.wholeNumber(json, "at") : 0,
          (int) Math.min(MOST_DOUBLINGS, Ban.wholeNumber(json, "doublings")),
          Ban.wholeNumber(json, "forgetAt"));
    }
  }

  /**
   * That there is no ban.
   *
   * @param at since when
   * @param until when the ban would have ended
   */
  record Pardon(BanSubject subject, long at, long until) {

    JsonObject toJson() {
      return new JsonObject().put("subject", subject.text()).put("at", at).put("until", until);
    }

    /**
     * Reads what {@link #toJson} writes.
     *
     * @throws IllegalArgumentException naming the field that is missing or wrong
     */
    static Pardon fromJson(JsonObject json) {
      return new Pardon(
          Ban.subject(json), Ban.wholeNumber(json, "at"), Ban.wholeNumber(json, "until"));
    }
  }

  /** All that the book holds, to be kept over a restart. */
  record State(long seq, List<Ban> bans, List<Offence> offences, List<Pardon> pardons) {
    static final State EMPTY = new State(0, List.of(), List.of(), List.of());

    State {
      bans = List.copyOf(bans);
      offences = List.copyOf(offences);
      pardons = List.copyOf(pardons);
    }
  }

  /** From now on, pardons are remembered: other guards may know the bans. */
  void keepPardons() {
    keepsPardons = true;
  }

  /** Takes what was kept; to be called on an empty book. */
  void restore(State state, long now) {
    state.bans().stream().filter(ban -> ban.until() > now).forEach(this::enter);
    state.offences().stream().filter(offence -> offence.forgetAt() > now).forEach(this::remember);
    state.pardons().stream().filter(pardon -> pardon.until() > now).forEach(this::remember);
    while (bans.size() > most) {
      strikeOff(byEnd.first());
    }
    seq = state.seq();
  }

  State state(long now) {
    dropEnded(now);
    offences.values().removeIf(offence -> offence.forgetAt() <= now);
    pardons.values().removeIf(pardon -> pardon.until() <= now);
    return new State(
        seq, List.copyOf(byEnd), List.copyOf(offences.values()), List.copyOf(pardons.values()));
  }

  /** The number of the last change. */
  long seq() {
    return seq;
  }

  /** From now on, changes have higher numbers than this. */
  void raise(long number) {
    seq = Math.max(seq, number);
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

  /** When a ban ends; 0 where there is none. */
  long until(BanSubject subject, long now) {
    Ban ban = bans.get(subject);
    return ban == null || ban.until() <= now ? 0 : ban.until();
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
    List<BanChange> changes = ban(subject, length, why, now);
    remember(new Offence(subject, changedAt(subject), doublings, now + length + longest));
    return changes;
  }

  /** Bans for as long as it says, in place of a ban that is in force. */
  List<BanChange> ban(BanSubject subject, long millis, String why, long now) {
    dropEnded(now);
    List<BanChange> changes = new ArrayList<>();
    if (bans.size() >= most && !bans.containsKey(subject)) {
      Ban soonest = byEnd.first();
      end(soonest, now);
      changes.add(new BanChange(++seq, soonest.subject(), 0));
    }
    enter(new Ban(subject, nextChangeAt(subject, now), now + millis, why));
    pardons.remove(subject);
    changes.add(new BanChange(++seq, subject, now + millis));
    return changes;
  }

  /**
   * Ends a ban and forgets the offences; null where nobody was banned, and nothing is published.
   */
  @Nullable BanChange pardon(BanSubject subject, long now) {
    dropEnded(now);
    Ban ban = bans.get(subject);
    Offence offence = offences.get(subject);
    if (ban != null) {
      end(ban, now);
    } else if (offence != null && keepsPardons) {
      remember(new Pardon(subject, nextChangeAt(subject, now), offence.forgetAt()));
    }
    offences.remove(subject);
    if (ban == null) {
      return null;
    }
    return new BanChange(++seq, subject, 0);
  }

  // --- with the books of other guards -----------------------------------------------------------

  /** What it holds of a subject; null where that is nothing. */
  @Nullable BanEntry entry(BanSubject subject) {
    Ban ban = bans.get(subject);
    Offence offence = offences.get(subject);
    Pardon pardon = pardons.get(subject);
    if (ban == null && offence == null && pardon == null) {
      return null;
    }
    long until =
        Math.max(
            ban == null ? 0 : ban.until(),
            Math.max(
                offence == null ? 0 : offence.forgetAt(), pardon == null ? 0 : pardon.until()));
    return new BanEntry(subject, changedAt(subject), ban, offence, until);
  }

  /** What it holds of each. */
  List<BanEntry> entries(long now) {
    State state = state(now);
    Set<BanSubject> subjects = new LinkedHashSet<>();
    state.bans().forEach(ban -> subjects.add(ban.subject()));
    state.offences().forEach(offence -> subjects.add(offence.subject()));
    state.pardons().forEach(pardon -> subjects.add(pardon.subject()));
    return subjects.stream().map(this::entry).filter(Objects::nonNull).toList();
  }

  /**
   * Takes what another book holds of some subjects, where that is later than what it holds itself;
   * numbers nothing.
   *
   * @return the subjects of which it took something
   */
  List<BanSubject> merge(List<BanEntry> entries, long now) {
    List<BanSubject> taken = new ArrayList<>();
    dropEnded(now);
    for (BanEntry entry : entries) {
      if (entry.until() > now && entry.changedAt() > changedAt(entry.subject())) {
        take(entry, now);
        taken.add(entry.subject());
      }
    }
    while (bans.size() > most) {
      end(byEnd.first(), now);
    }
    return taken;
  }

  private void take(BanEntry entry, long now) {
    BanSubject subject = entry.subject();
    Ban former = bans.get(subject);
    if (former != null) {
      strikeOff(former);
    }
    offences.remove(subject);
    pardons.remove(subject);
    Ban ban = entry.ban();
    if (ban != null && ban.until() > now) {
      enter(ban);
    }
    Offence offence = entry.offence();
    if (offence != null && offence.forgetAt() > now) {
      remember(offence);
    }
    if (changedAt(subject) < entry.changedAt() && keepsPardons) {
      remember(new Pardon(subject, entry.changedAt(), entry.until()));
    }
  }

  /** When what it holds of a subject was changed last; 0 where it holds nothing. */
  private long changedAt(BanSubject subject) {
    Ban ban = bans.get(subject);
    Offence offence = offences.get(subject);
    Pardon pardon = pardons.get(subject);
    return Math.max(
        ban == null ? 0 : ban.since(),
        Math.max(offence == null ? 0 : offence.at(), pardon == null ? 0 : pardon.at()));
  }

  private long nextChangeAt(BanSubject subject, long now) {
    return keepsPardons ? Math.max(now, changedAt(subject) + 1) : now;
  }

  /** Before its time. */
  private void end(Ban ban, long now) {
    if (keepsPardons) {
      remember(new Pardon(ban.subject(), nextChangeAt(ban.subject(), now), ban.until()));
    }
    strikeOff(ban);
  }

  private void remember(Pardon pardon) {
    pardons.remove(pardon.subject());
    pardons.put(pardon.subject(), pardon);
    if (pardons.size() > most) {
      pardons.remove(pardons.keySet().iterator().next());
    }
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
