package io.drawbridge.edge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that have not finished their handshake, and by when each must have. Since all have
 * the same time, they are due in the order in which they came. Decides only.
 *
 * @param <S> a socket
 */
final class HandshakeDeadlines<S> {
  /** How many may be under way; past it the oldest goes, since an honest one needs no time. */
  static final int MOST = 10_000;

  private final long allowed;
  private final Map<S, Long> deadlines = new LinkedHashMap<>();

  HandshakeDeadlines(Duration allowed) {
    this.allowed = allowed.toNanos();
  }

  /** One more has come; the one that has to go for it, or null. */
  @Nullable S begin(S socket, long now) {
    deadlines.put(socket, now + allowed);
    if (deadlines.size() <= MOST) {
      return null;
    }
    S oldest = deadlines.keySet().iterator().next();
    deadlines.remove(oldest);
    return oldest;
  }

  /** There was a request, or the socket is gone; false when that was known already. */
  boolean end(S socket) {
    return deadlines.remove(socket) != null;
  }

  /** Those that are over their time, each named once. */
  List<S> overdue(long now) {
    List<S> overdue = new ArrayList<>();
    Iterator<Map.Entry<S, Long>> oldest = deadlines.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<S, Long> entry = oldest.next();
      if (now - entry.getValue() < 0) {
        break;
      }
      oldest.remove();
      overdue.add(entry.getKey());
    }
    return overdue;
  }
}
