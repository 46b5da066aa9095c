package io.drawbridge.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who of a kind is there, by what each of them announces: whoever falls silent for {@link
 * #GONE_AFTER} is gone. Decides only; not thread-safe.
 */
public final class Roster {
  /** How often each announces itself. */
  public static final Duration ANNOUNCED_EVERY = Duration.ofMillis(250);

  /** Four announcements missed. */
  public static final Duration GONE_AFTER = Duration.ofSeconds(1);

  private record Entry(Member member, long heardAt) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Takes an announcement; whether anything but the time is new in it. */
  boolean heard(Member member, long now) {
    if (member.state() == Member.State.LEAVING) {
      return entries.remove(member.id()) != null;
    }
    Entry known = entries.get(member.id());
    if (known == null && entries.size() >= Member.MOST_KNOWN) {
      return false;
    }
    entries.put(member.id(), new Entry(member, now));
    return known == null
        || known.member().state() != member.state()
        || known.member().since() != member.since();
  }

  /** Forgets who has fallen silent: those. */
  List<Member> sweep(long now) {
    List<Member> gone = new ArrayList<>();
    entries
        .values()
        .removeIf(
            entry -> {
              boolean silent = now - entry.heardAt() > GONE_AFTER.toNanos();
              if (silent) {
                gone.add(entry.member());
              }
              return silent;
            });
    return gone;
  }

  /** All that are joining or active. */
  Collection<Member> members() {
    return entries.values().stream().map(Entry::member).toList();
  }

  /** Those that others may turn to. */
  List<Member> active() {
    return members().stream().filter(each -> each.state() == Member.State.ACTIVE).toList();
  }

  /**
   * Whose a key is, by rendezvous hashing (Thaler and Ravishankar, 1998): all who know the same
   * members name the same one, and only the keys of one who goes change hands.
   */
  static @Nullable Member owner(String key, Collection<Member> members) {
    Member owner = null;
    long highest = Long.MIN_VALUE;
    long ofKey = hash(key);
    for (Member each : members) {
      long weight = mix(ofKey ^ hash(each.id()));
      if (owner == null
          || weight > highest
          || (weight == highest && each.id().compareTo(owner.id()) < 0)) {
        owner = each;
        highest = weight;
      }
    }
    return owner;
  }

  /** Who has been there for longest; null where nobody is. */
  static @Nullable Member oldest(Collection<Member> members) {
    Member oldest = null;
    for (Member each : members) {
      if (oldest == null || each.isOlderThan(oldest)) {
        oldest = each;
      }
    }
    return oldest;
  }

  /** FNV-1a of 64 bits. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The last step of MurmurHash3: each bit of the one depends on every bit of the other. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
