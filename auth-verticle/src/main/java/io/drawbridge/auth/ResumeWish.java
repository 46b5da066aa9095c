package io.drawbridge.auth;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * That a client wants to be able to come back, or comes back.
 *
 * @param ticket that it was given before; null where it begins
 * @param seen the number of the last envelope that it has; negative where it doesn't say
 */
record ResumeWish(@Nullable String ticket, long seen) {

  /** What an {@code auth} message says of it; null where it asks for nothing. */
  static @Nullable ResumeWish of(JsonObject envelope) {
    Object resume = envelope.getValue("resume");
    if (resume instanceof String ticket) {
      return new ResumeWish(ticket, seen(envelope.getValue("seen")));
    }
    return Boolean.TRUE.equals(resume) ? new ResumeWish(null, -1) : null;
  }

  private static long seen(@Nullable Object seen) {
    return seen instanceof Integer || seen instanceof Long ? ((Number) seen).longValue() : -1;
  }
}
