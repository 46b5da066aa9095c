package io.drawbridge.edge;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sockets that have not finished their handshake, and by when each must have. Since all have
 * the same time, they are due in the order in which they came. Decides only.
 */
final class HandshakeDeadlines {
  private final long allowed;
  private final Map<HttpConnection, Long> deadlines = new LinkedHashMap<>();

  HandshakeDeadlines(Duration allowed) {
    this.allowed = allowed.toNanos();
  }

  void begin(HttpConnection connection, long now) {
    deadlines.put(connection, now + allowed);
  }

  void end(HttpConnection connection) {
    deadlines.remove(connection);
  }

  /** Those that are over their time, each named once. */
  List<HttpConnection> overdue(long now) {
    List<HttpConnection> overdue = new ArrayList<>();
    Iterator<Map.Entry<HttpConnection, Long>> oldest = deadlines.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<HttpConnection, Long> entry = oldest.next();
      if (now - entry.getValue() < 0) {
        break;
      }
      oldest.remove();
      overdue.add(entry.getKey());
    }
    return overdue;
  }
}
