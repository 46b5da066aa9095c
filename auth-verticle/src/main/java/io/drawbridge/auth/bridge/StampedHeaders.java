package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * The headers of a message to the event bus: the client's, but for its token, and who it is, which
 * it can't forge.
 */
final class StampedHeaders {
  /** Headers under this prefix are ours. */
  private static final String STAMP = "drawbridge-";

  private StampedHeaders() {}

  static DeliveryOptions of(JsonObject envelope, Session session, String node) {
    DeliveryOptions options = new DeliveryOptions();
    JsonObject headers = envelope.getJsonObject("headers");
    if (headers != null) {
      headers.forEach(
          header -> {
            String name = header.getKey();
            if (header.getValue() != null && isTheirs(name.toLowerCase(Locale.ROOT))) {
              options.addHeader(name, header.getValue().toString());
            }
          });
    }
    return options
        .addHeader(STAMP + "user", session.user())
        .addHeader(STAMP + "session", session.id())
        .addHeader(STAMP + "node", node);
  }

  /** Clients of the bridge put their token into the headers of every envelope. */
  private static boolean isTheirs(String name) {
    return !name.startsWith(STAMP) && !name.equals("authorization");
  }
}
