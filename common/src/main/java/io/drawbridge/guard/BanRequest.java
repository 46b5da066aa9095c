package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a service asks of the bans, read and checked. */
sealed interface BanRequest {
  /** The longest ban that may be asked for. */
  Duration LONGEST = Duration.ofDays(3650);

  /** Asks for all bans, unless the asker knows the change of this number already. */
  record All(long known) implements BanRequest {}

  /** Bans for so many milliseconds. */
  record Impose(BanSubject subject, long millis, String why) implements BanRequest {}

  /** Ends a ban, and forgets strikes and former bans. */
  record Pardon(BanSubject subject) implements BanRequest {}

  /**
   * Reads the form of the event bus.
   *
   * @param usual how long a ban is that doesn't say
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static BanRequest of(@Nullable Object body, Duration usual) {
    if (!(body instanceof JsonObject json)) {
      throw new IllegalArgumentException("the body must be a JSON object");
    }
    String op = json.getValue("op") instanceof String text ? text : "";
    return switch (op) {
      case "list" -> new All(json.containsKey("known") ? Ban.wholeNumber(json, "known") : -1);
      case "ban" -> new Impose(Ban.subject(json), millis(json, usual), why(json));
      case "unban" -> new Pardon(Ban.subject(json));
      default -> throw new IllegalArgumentException("op: must be ban, unban or list");
    };
  }

  private static long millis(JsonObject json, Duration usual) {
    Object value = json.getValue("forMs");
    if (value == null) {
      return usual.toMillis();
    }
    if (value instanceof Integer || value instanceof Long) {
      long millis = ((Number) value).longValue();
      if (millis >= 1 && millis <= LONGEST.toMillis()) {
        return millis;
      }
    }
    throw new IllegalArgumentException(
        "forMs: must be a whole number of milliseconds, 1 to " + LONGEST.toMillis());
  }

  private static String why(JsonObject json) {
    Object value = json.getValue("why");
    if (value == null) {
      return "";
    }
    if (value instanceof String text && text.length() <= Ban.LONGEST_WHY) {
      return text;
    }
    throw new IllegalArgumentException(
        "why: must be a string of at most " + Ban.LONGEST_WHY + " characters");
  }
}
