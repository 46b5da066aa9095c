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

  private record Entry(Member member, long heardAt) {
    Entry excused(long nanos, long now) {
      return new Entry(member, now - Math.max(0, now - heardAt - nanos));
    }
  }

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

  /** What it announced last; null where it is not there. */
  @Nullable Member find(String id) {
    Entry known = entries.get(id);
    return known == null ? null : known.member();
  }

  /**
   * For so long until now, nobody could be heard here: that was nobody's silence. Who has been
   * heard since is not excused: it would be believed to be there for as long once more.
   */
  void excuse(long nanos, long now) {
    entries.replaceAll((id, entry) -> entry.excused(nanos, now));
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

  /** All that are there, and not leaving. */
  Collection<Member> members() {
    return entries.values().stream().map(Entry::member).toList();
  }

  /** Those that others may turn to. */
  List<Member> active() {
    return members().stream().filter(each -> each.state() == Member.State.ACTIVE).toList();
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
}
