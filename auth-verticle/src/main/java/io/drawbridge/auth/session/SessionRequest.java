package io.drawbridge.auth.session;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a service asks of the sessions, read and checked. */
sealed interface SessionRequest {
  /** The most sessions in one answer. */
  int LARGEST_PAGE = 1_000;

  /** The longest that a request may have a revocation remembered for. */
  Duration LONGEST = Duration.ofDays(3650);

  int LONGEST_ID = 256;
  int LONGEST_JTI = 1024;
  int LONGEST_WHY = 256;

  /** Asks for those that fit, from the one on that has so many before it. */
  record All(SessionFilter filter, int offset, int limit) implements SessionRequest {}

  /** Asks who is on, from the one on that has so many before it; or whether this one is. */
  record Who(@Nullable String user, int offset, int limit) {}

  /** Ends those that fit. */
  record Kick(SessionFilter filter, String why) implements SessionRequest {}

  /**
   * Ends them, and their tokens.
   *
   * @param of one thing
   * @param forget null for where the request does not say
   */
  record Revoke(SessionFilter of, @Nullable Duration forget, String why)
      implements SessionRequest {}

  /**
   * Reads the form of the event bus.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static SessionRequest of(@Nullable Object body) {
    if (!(body instanceof JsonObject json)) {
      throw new IllegalArgumentException("the body must be a JSON object");
    }
    String op = json.getValue("op") instanceof String text ? text : "";
    SessionFilter filter =
        new SessionFilter(
            text(json, "user", LONGEST_ID),
            text(json, "session", LONGEST_ID),
            text(json, "jti", LONGEST_JTI));
    return switch (op) {
      case "list" -> new All(filter, offset(json), limit(json));
      case "kick" -> kick(filter, why(json));
      case "revoke" -> revoke(filter, json);
      default -> throw new IllegalArgumentException("op: must be list, kick or revoke");
    };
  }

  /**
   * Reads what may be asked at {@link io.drawbridge.guard.GuardBus#PRESENCE_LIST}.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static Who who(@Nullable Object body) {
    if (!(body instanceof JsonObject json)) {
      throw new IllegalArgumentException("the body must be a JSON object");
    }
    if (!"list".equals(json.getValue("op"))) {
      throw new IllegalArgumentException("op: must be list");
    }
    return new Who(text(json, "user", LONGEST_ID), offset(json), limit(json));
  }

  private static int offset(JsonObject json) {
    return (int) number(json, "offset", 0, 0, Integer.MAX_VALUE);
  }

  private static int limit(JsonObject json) {
    return (int) number(json, "limit", LARGEST_PAGE, 1, LARGEST_PAGE);
  }

  private static SessionRequest kick(SessionFilter filter, String why) {
    if (filter.size() == 0) {
      throw new IllegalArgumentException("user, session or jti: one of them must be given");
    }
    return new Kick(filter, why);
  }

  private static SessionRequest revoke(SessionFilter of, JsonObject json) {
    if (of.size() != 1) {
      throw new IllegalArgumentException("user, session or jti: exactly one must be given");
    }
    // 0 stands for what the request does not say.
    long millis = number(json, "forMs", 0, 1, LONGEST.toMillis());
    return new Revoke(of, millis == 0 ? null : Duration.ofMillis(millis), why(json));
  }

  private static @Nullable String text(JsonObject json, String field, int most) {
    Object value = json.getValue(field);
    if (value == null) {
      return null;
    }
    if (value instanceof String text && !text.isEmpty() && text.length() <= most) {
      return text;
    }
    throw new IllegalArgumentException(
        field + ": must be a string of 1 to " + most + " characters");
  }

  private static long number(JsonObject json, String field, long absent, long least, long most) {
    Object value = json.getValue(field);
    if (value == null) {
      return absent;
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        field + ": must be a whole number, " + least + " to " + most);
  }

  private static String why(JsonObject json) {
    Object value = json.getValue("why");
    if (value == null) {
      return "";
    }
    if (value instanceof String text && text.length() <= LONGEST_WHY) {
      return text;
    }
    throw new IllegalArgumentException(
        "why: must be a string of at most " + LONGEST_WHY + " characters");
  }
}
