package io.drawbridge.auth.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Who is on by what others were told, and who has to be told of: so that one who goes and comes
 * back meanwhile is told of to nobody, and each coming is followed by its going. Decides only.
 *
 * <p>It holds those who are on, and those whose going was not told yet.
 */
final class Presence {
  /** Whom others were told of as being on. */
  private final Set<String> told = new HashSet<>();

  /** Of whom the contrary is true by now, in the order in which it came about. */
  private final Set<String> due = new LinkedHashSet<>();

  /**
   * What others are to be told.
   *
   * @param sessions how many the user has by now; none for one who went
   */
  record Change(String user, int sessions) {
    boolean joined() {
      return sessions > 0;
    }
  }

  /** A user has the first session. */
  void came(String user) {
    changed(user, !told.contains(user));
  }

  /** A user has no session any more. */
  void went(String user) {
    changed(user, told.contains(user));
  }

  /** Others were told that all have gone: they are told anew of those who are on. */
  void anew(Collection<String> on) {
    told.clear();
    due.clear();
    due.addAll(on);
  }

  /** Those who were told of as being on. */
  List<String> told() {
    return List.copyOf(told);
  }

  private void changed(String user, boolean news) {
    if (news) {
      due.add(user);
    } else {
      due.remove(user);
    }
  }

  /**
   * What is to be told now, at most so much of it; the rest is for the next time.
   *
   * @param sessionsOf how many a user has
   */
  List<Change> take(int most, ToIntFunction<String> sessionsOf) {
    List<Change> changes = new ArrayList<>();
    Iterator<String> next = due.iterator();
    while (next.hasNext() && changes.size() < most) {
      Change change = change(next.next(), sessionsOf);
      next.remove();
      changes.add(change);
    }
    return changes;
  }

  private Change change(String user, ToIntFunction<String> sessionsOf) {
    Change change = new Change(user, sessionsOf.applyAsInt(user));
    if (change.joined()) {
      told.add(user);
    } else {
      told.remove(user);
    }
    return change;
  }
}
