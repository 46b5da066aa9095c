package io.drawbridge.auth.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom other nodes have told of as being on, so that somebody can tell of their going when such a
 * node is gone itself. Each node has one witness at a time. Decides only; not thread-safe.
 *
 * <p>It holds the users of those nodes that have chosen this one.
 */
final class Witness {
  /** Gone nodes that are remembered, for the case that they come back. */
  private static final int MOST_LOST = 1_000;

  /**
   * A user who went with a node.
   *
   * @param node its name
   */
  record Leave(String user, String node) {}

  /** What one node has told since it last began anew. */
  private static final class Testimony {
    final String member;
    final String node;
    final long era;
    final Set<String> users = new LinkedHashSet<>();

    /** Whether its node has fallen silent. */
    boolean silent;

    /** Whether its leaves are being told, which can't be taken back. */
    boolean telling;

    Testimony(Report report) {
      this.member = report.member();
      this.node = report.node();
      this.era = report.era();
    }
  }

  private final Map<String, Testimony> of = new HashMap<>();

  /** Of what a node told before it began anew; its leaves are due in any case. */
  private final Queue<Testimony> overdue = new ArrayDeque<>();

  /** The era of each node whose leaves were told for it. */
  private final Map<String, Long> lost =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_LOST;
        }
      };

  /**
   * What a node tells.
   *
   * @param member its id
   * @param era which time it is that it tells of all
   * @param anew whether it begins to tell of all
   */
  record Report(
      String member, String node, long era, boolean anew, List<String> came, List<String> went) {}

  /** Takes it; false while there are leaves to be told first, or where it has to begin anew. */
  boolean told(Report report) {
    if (isLost(report.member(), report.era())) {
      return false;
    }
    Testimony known = of.get(report.member());
    if (known != null && known.era != report.era()) {
      overdue.add(known);
      of.remove(report.member());
      known = null;
    }
    if (overdue.stream().anyMatch(each -> each.member.equals(report.member()))) {
      return false;
    }
    if (known == null || report.anew()) {
      known = new Testimony(report);
      of.put(report.member(), known);
    }
    known.users.addAll(report.came());
    report.went().forEach(known.users::remove);
    return true;
  }

  /**
   * A node has announced itself.
   *
   * @param isOurs whether it has chosen this one as its witness
   * @return whether its leaves were told for it meanwhile, so that it has to tell of all anew
   */
  boolean heard(String member, long era, boolean isOurs) {
    Testimony known = of.get(member);
    if (known != null && known.era != era) {
      of.remove(member);
      overdue.add(known);
    } else if (known != null && !known.telling) {
      known.silent = false;
      if (!isOurs) {
        of.remove(member);
      }
    }
    return isLost(member, era);
  }

  private boolean isLost(String member, long era) {
    return Long.valueOf(era).equals(lost.get(member));
  }

  /** A node has fallen silent. */
  void gone(String member) {
    Testimony known = of.get(member);
    if (known != null) {
      known.silent = true;
    }
  }

  /** A node has left in order, and told of all leaves itself. */
  void left(String member) {
    of.remove(member);
    lost.remove(member);
  }

  /** The leaves that have to be told now, at most so many. */
  List<Leave> take(int most) {
    List<Leave> leaves = new ArrayList<>();
    while (leaves.size() < most && !overdue.isEmpty()) {
      Testimony next = overdue.element();
      take(next, most, leaves);
      if (next.users.isEmpty()) {
        overdue.remove();
      }
    }
    Iterator<Map.Entry<String, Testimony>> each = of.entrySet().iterator();
    while (leaves.size() < most && each.hasNext()) {
      Map.Entry<String, Testimony> next = each.next();
      Testimony known = next.getValue();
      if (known.silent) {
        if (!known.users.isEmpty()) {
          known.telling = true;
          lost.put(next.getKey(), known.era);
          take(known, most, leaves);
        }
        if (known.users.isEmpty()) {
          each.remove();
        }
      }
    }
    return leaves;
  }

  private static void take(Testimony from, int most, List<Leave> leaves) {
    Iterator<String> each = from.users.iterator();
    while (leaves.size() < most && each.hasNext()) {
      leaves.add(new Leave(each.next(), from.node));
      each.remove();
    }
  }

  /** How many users it holds of a node; null where it is not its witness. */
  @Nullable Integer size(String member) {
    Testimony known = of.get(member);
    return known == null ? null : known.users.size();
  }
}
