package io.drawbridge.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that must have come on by a certain time. Since all have the same time, they are due in
 * the order in which they came. Decides only.
 *
 * @param <S> a socket
 */
final class Deadlines<S> {
  /** How many there may be; past it the oldest goes, since an honest one needs no time. */
  static final int MOST = 10_000;

  /** How many of one address, where it is known; past it, the oldest of that address goes. */
  static final int MOST_OF_ADDRESS = 1_000;

  private final long allowed;
  private final Map<S, Begun> begun = new LinkedHashMap<>();

  /** The same by address, the oldest first; never an empty set. */
  private final Map<String, LinkedHashSet<S>> ofAddresses = new HashMap<>();

  private record Begun(String address, long deadline) {}

  Deadlines(Duration allowed) {
    this.allowed = allowed.toNanos();
  }

  /**
   * One more has come; the one that has to go for it, or null.
   *
   * @param address whose it is; empty where that can't be told yet
   */
  @Nullable S begin(S socket, String address, long now) {
    begun.put(socket, new Begun(address, now + allowed));
    LinkedHashSet<S> same = ofAddresses.computeIfAbsent(address, fresh -> new LinkedHashSet<>());
    same.add(socket);
    if (!address.isEmpty() && same.size() > MOST_OF_ADDRESS) {
      return ended(same.iterator().next());
    }
    return begun.size() > MOST ? ended(begun.keySet().iterator().next()) : null;
  }

  private S ended(S socket) {
    end(socket);
    return socket;
  }

  /** Whether it still has to come on. */
  boolean has(S socket) {
    return begun.containsKey(socket);
  }

  /** It has come on, or is gone; false when that was known already. */
  boolean end(S socket) {
    Begun known = begun.remove(socket);
    if (known == null) {
      return false;
    }
    ofAddresses.computeIfPresent(
        known.address(),
        (address, same) -> {
          same.remove(socket);
          return same.isEmpty() ? null : same;
        });
    return true;
  }

  /** Those that are over their time, each named once. */
  List<S> overdue(long now) {
    List<S> overdue = new ArrayList<>();
    Iterator<Map.Entry<S, Begun>> oldest = begun.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<S, Begun> entry = oldest.next();
      if (now - entry.getValue().deadline() < 0) {
        break;
      }
      overdue.add(entry.getKey());
    }
    overdue.forEach(this::end);
    return overdue;
  }
}
