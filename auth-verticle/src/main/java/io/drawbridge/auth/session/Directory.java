package io.drawbridge.auth.session;

import io.drawbridge.config.OnTooManySessions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the sessions of some users are, over all nodes: of those users that one node counts for
 * all. What it says is as good as what it was told, so that it is never what locks a user out for
 * good. Decides only; not thread-safe.
 *
 * <p>Past its bound, a session is let in and not counted.
 */
final class Directory {
  /** Sessions that are known of at once. */
  static final int MOST_PLACES = 1_000_000;

  /**
   * Where a session is.
   *
   * @param member whose process has it
   * @param since when it was opened, in epoch milliseconds
   */
  record Place(String session, String member, long since) {}

  /**
   * Whether a user may have one more.
   *
   * @param refusedAt how many the user has, which are enough; -1 where one more may be
   * @param ended those that give way
   */
  record Claim(int refusedAt, List<Place> ended) {}

  /**
   * A user who is on.
   *
   * @param since when the oldest session was opened, in epoch milliseconds
   */
  record User(String user, int sessions, long since) {}

  private final int most;
  private final OnTooManySessions onTooMany;

  /** Of each user the oldest first; only users that have any, in the order in which they came. */
  private final Map<String, List<Place>> users = new LinkedHashMap<>();

  private int places;

  Directory(int most, OnTooManySessions onTooMany) {
    this.most = most;
    this.onTooMany = onTooMany;
  }

  /** A user wants one more. */
  Claim claim(String user, Place place) {
    List<Place> known = users.getOrDefault(user, List.of());
    boolean isKnown = known.stream().anyMatch(each -> each.session().equals(place.session()));
    if (!isKnown && known.size() >= most && onTooMany == OnTooManySessions.REFUSE) {
      return new Claim(known.size(), List.of());
    }
    // By another clock, it might be the oldest.
    long newest = known.isEmpty() ? 0 : known.get(known.size() - 1).since();
    long since = Math.max(newest, place.since());
    return new Claim(-1, tell(user, new Place(place.session(), place.member(), since)));
  }

  /**
   * A user has this one, wherever it was before.
   *
   * @return those that are too many and have to end, the oldest
   */
  List<Place> tell(String user, Place place) {
    put(user, place);
    List<Place> known = users.getOrDefault(user, List.of());
    if (onTooMany == OnTooManySessions.REFUSE || known.size() <= most) {
      return List.of();
    }
    List<Place> oldest = known.subList(0, known.size() - most);
    List<Place> ended = List.copyOf(oldest);
    oldest.clear();
    places -= ended.size();
    return ended;
  }

  /** A user has this one; nobody has to give way. */
  void put(String user, Place place) {
    List<Place> known = users.get(user);
    if (known != null && known.removeIf(each -> each.session().equals(place.session()))) {
      places--;
    } else if (places >= MOST_PLACES) {
      return;
    }
    List<Place> all = users.computeIfAbsent(user, fresh -> new ArrayList<>(1));
    int at = all.size();
    while (at > 0 && all.get(at - 1).since() > place.since()) {
      at--;
    }
    all.add(at, place);
    places++;
  }

  /** It has ended there; not where it has gone on elsewhere. */
  void release(String user, String session, String member) {
    drop(user, each -> each.session().equals(session) && each.member().equals(member));
  }

  /** All of its sessions went with it. */
  void gone(String member) {
    Iterator<Map.Entry<String, List<Place>>> each = users.entrySet().iterator();
    while (each.hasNext()) {
      List<Place> of = each.next().getValue();
      int before = of.size();
      of.removeIf(place -> place.member().equals(member));
      places -= before - of.size();
      if (of.isEmpty()) {
        each.remove();
      }
    }
  }

  /** Somebody else counts this user. */
  void forget(String user) {
    drop(user, each -> true);
  }

  private void drop(String user, Predicate<Place> which) {
    List<Place> of = users.get(user);
    if (of == null) {
      return;
    }
    int before = of.size();
    of.removeIf(which);
    places -= before - of.size();
    if (of.isEmpty()) {
      users.remove(user);
    }
  }

  void clear() {
    users.clear();
    places = 0;
  }

  /** The ids of all users that it knows of. */
  List<String> ids() {
    return List.copyOf(users.keySet());
  }

  /** How many users it knows of. */
  int size() {
    return users.size();
  }

  /** How many sessions it knows of. */
  int places() {
    return places;
  }

  /** Those who are on, those first that it has known of for longest. */
  List<User> users(int offset, int limit) {
    return users.entrySet().stream()
        .skip(offset)
        .limit(limit)
        .map(each -> user(each.getKey(), each.getValue()))
        .toList();
  }

  private static User user(String user, List<Place> of) {
    return new User(user, of.size(), of.get(0).since());
  }

  /** A user who is on; null where it knows of no session. */
  @Nullable User find(String user) {
    List<Place> of = users.get(user);
    return of == null ? null : user(user, of);
  }
}
