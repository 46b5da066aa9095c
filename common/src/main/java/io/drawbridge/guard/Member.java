package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What one of several of a kind, such as the guards of a cluster, tells the others of itself.
 *
 * @param id tells it from all others
 * @param node whose process it is in
 * @param state whether others may turn to it
 * @param since when it joined, in epoch milliseconds; later each time that it joins anew
 * @param knows whom it has heard of, and since when each of them has been there
 * @param data what else it tells, by kind
 */
public record Member(
    String id, String node, State state, long since, Map<String, Long> knows, JsonObject data) {

  /** Of them all, a roster takes no more. */
  static final int MOST_KNOWN = 1_000;

  static final int LONGEST_ID = 128;

  /** Whether others may turn to it. */
  public enum State {
    /** Not yet: it listens for who is there, and nothing is left to it. */
    LISTENING,
    /** Not yet: it waits until all others have said that they leave its part to it. */
    JOINING,
    ACTIVE,
    /** No more. */
    LEAVING
  }

  public Member {
    knows = Map.copyOf(knows);
  }

  /** Whether others leave it a part. */
  boolean hasPart() {
    return state == State.JOINING || state == State.ACTIVE;
  }

  /** Whether it was there before the other; of two of one moment, the id decides. */
  boolean isOlderThan(Member other) {
    return since != other.since ? since < other.since : id.compareTo(other.id) < 0;
  }

  /** Whether it has heard of this one since that one joined. */
  boolean knows(Member other) {
    return knows.getOrDefault(other.id, 0L) == other.since;
  }

  JsonObject toJson() {
    JsonObject known = new JsonObject();
    knows.forEach(known::put);
    return new JsonObject()
        .put("id", id)
        .put("node", node)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("since", since)
        .put("knows", known)
        .put("data", data);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static Member fromJson(JsonObject json) {
    Map<String, Long> knows = new HashMap<>();
    if (json.getValue("knows") instanceof JsonObject known && known.size() <= MOST_KNOWN) {
      known.forEach(each -> knows.put(each.getKey(), Ban.wholeNumber(known, each.getKey())));
    }
    return new Member(
        text(json, "id"),
        text(json, "node"),
        State.valueOf(text(json, "state").toUpperCase(Locale.ROOT)),
        Ban.wholeNumber(json, "since"),
        knows,
        json.getValue("data") instanceof JsonObject data ? data : new JsonObject());
  }

  private static String text(JsonObject json, String field) {
    if (json.getValue(field) instanceof String text
        && !text.isEmpty()
        && text.length() <= LONGEST_ID) {
      return text;
    }
    throw new IllegalArgumentException(
        field + ": must be a string of 1 to " + LONGEST_ID + " characters");
  }
}
