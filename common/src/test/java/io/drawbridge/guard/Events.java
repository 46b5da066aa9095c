package io.drawbridge.guard;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Error events for tests. */
final class Events {
  private static final Instant AT = Instant.parse("2026-11-22T18:00:00.123Z");

  private Events() {}

  static ErrorEvent event(String id) {
    return withDetail(id, "a reserved bit is set");
  }

  static ErrorEvent withDetail(String id, String detail) {
    return new ErrorEvent(
        id, AT, "PROTOCOL_ERROR", "echo", "node-1", "192.0.2.1", "ada", "s-1", detail, 1002, 0);
  }

  /** {@code from}, {@code from + 1} … {@code to - 1} as ids. */
  static List<ErrorEvent> events(int from, int to) {
    List<ErrorEvent> events = new ArrayList<>();
    for (int id = from; id < to; id++) {
      events.add(event("id-" + id));
    }
    return events;
  }

  /** A request to the guard. */
  static JsonObject request(List<ErrorEvent> events) {
    JsonArray bodies = new JsonArray();
    events.forEach(event -> bodies.add(event.toJson()));
    return new JsonObject().put("events", bodies);
  }

  static List<String> ids(List<ErrorEvent> events) {
    return events.stream().map(ErrorEvent::id).toList();
  }
}
