package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was refused or went wrong: a line of the error log, and a body on the event bus.
 *
 * <p>No token, secret or message body ever stands in one.
 *
 * @param id what the peer was told; also how a repeat is recognised
 * @param at when it happened, by the edge's clock; to the millisecond
 * @param kind the name of an {@link ErrorKind}, or one of another service's own
 * @param edge who reports it: {@code echo}, {@code auth}, or another service
 * @param node the process that it happened on
 * @param peer the client's address without its port; {@code *} in a summary of many
 * @param user where known
 * @param session where known
 * @param detail what exactly was wrong; at most {@value #MAX_TEXT} characters
 * @param closeCode the code of the Close frame that was sent; 0 for none
 * @param suppressed how many like it were left out of the log; 0 in a full line
 */
public record ErrorEvent(
    String id,
    Instant at,
    String kind,
    String edge,
    String node,
    String peer,
    @Nullable String user,
    @Nullable String session,
    @Nullable String detail,
    int closeCode,
    long suppressed) {

  /** The longest text that any field may hold, so that a line of the log stays short. */
  public static final int MAX_TEXT = 256;

  /**
   * The most that a text takes in a line, where all but printable ASCII is escaped. The line has at
   * most 4 KiB: seven such texts, the user, and the rest.
   */
  private static final int MAX_ESCAPED = 340;

  /** A whole user id, whatever it is written in: it tells who is to be banned. */
  private static final int MAX_ESCAPED_USER = 6 * MAX_TEXT;

  /** What takes the place of what was cut off. */
  private static final String CUT = "…";

  private static final Pattern ID = Pattern.compile("[!-~]{1,128}");

  public ErrorEvent {
    at = at.truncatedTo(ChronoUnit.MILLIS);
    id = shortened(id);
    kind = shortened(kind);
    edge = shortened(edge);
    node = shortened(node);
    peer = shortened(peer);
    user = user == null ? null : shortened(user, MAX_ESCAPED_USER);
    session = session == null ? null : shortened(session);
    detail = detail == null ? null : shortened(detail);
  }

  /** The form of the event bus and of the error log; what is not known is left out. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("id", id)
            .put("at", at.toString())
            .put("kind", kind)
            .put("edge", edge)
            .put("node", node)
            .put("peer", peer);
    putKnown(json, "user", user);
    putKnown(json, "session", session);
    putKnown(json, "detail", detail);
    putKnown(json, "closeCode", closeCode == 0 ? null : closeCode);
    putKnown(json, "suppressed", suppressed == 0 ? null : suppressed);
    return json;
  }

  /**
   * Reads the form of the event bus. A text that is too long is cut, but an id is refused: two that
   * begin alike would be taken for one.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  public static ErrorEvent fromJson(JsonObject json) {
    return new ErrorEvent(
        id(json),
        instant(required(json, "at")),
        required(json, "kind"),
        required(json, "edge"),
        required(json, "node"),
        required(json, "peer"),
        text(json, "user"),
        text(json, "session"),
        text(json, "detail"),
        Math.toIntExact(count(json, "closeCode")),
        count(json, "suppressed"));
  }

  private static void putKnown(JsonObject json, String field, @Nullable Object value) {
    if (value != null) {
      json.put(field, value);
    }
  }

  private static String id(JsonObject json) {
    String id = required(json, "id");
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("id: must be 1 to 128 characters of printable ASCII");
    }
    return id;
  }

  private static String required(JsonObject json, String field) {
    String value = text(json, field);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(field + ": missing");
    }
    return value;
  }

  private static @Nullable String text(JsonObject json, String field) {
    Object value = json.getValue(field);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new IllegalArgumentException(field + ": must be a string");
  }

  private static long count(JsonObject json, String field) {
    Object value = json.getValue(field);
    if (value == null) {
      return 0;
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= 0 && number <= Integer.MAX_VALUE) {
        return number;
      }
    }
    throw new IllegalArgumentException(field + ": must be a whole number, 0 or more");
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("at: must be a time like 2026-11-22T18:00:00.000Z", e);
    }
  }

  private static String shortened(String text) {
    return shortened(text, MAX_ESCAPED);
  }

  private static String shortened(String text, int mostEscaped) {
    Objects.requireNonNull(text);
    if (text.length() <= MAX_TEXT && fitting(text, mostEscaped) == text.length()) {
      return text;
    }
    int end = Math.min(MAX_TEXT - 1, fitting(text, mostEscaped - escaped(CUT.charAt(0))));
    // Never between the two halves of one character.
    boolean halved = end > 0 && Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, halved ? end - 1 : end) + CUT;
  }

  /** How many characters of the text fit into so much room. */
  private static int fitting(String text, int mostEscaped) {
    int room = mostEscaped;
    for (int i = 0; i < text.length(); i++) {
      room -= escaped(text.charAt(i));
      if (room < 0) {
        return i;
      }
    }
    return text.length();
  }

  /** The most room that a character takes in a JSON text of ASCII. */
  private static int escaped(char character) {
    if (character < ' ' || character > '~') {
      return 6;
    }
    return character == '"' || character == '\\' ? 2 : 1;
  }
}
