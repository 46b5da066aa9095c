package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;

/**
 * One ban, as it stands in the list and in the file.
 *
 * @param subject who is banned
 * @param since when it began, in epoch milliseconds
 * @param until when it ends, in epoch milliseconds
 * @param why words for an operator; may be empty, never told to the client
 */
record Ban(BanSubject subject, long since, long until, String why) {

  /** The longest {@code why}. */
  static final int LONGEST_WHY = 256;

  JsonObject toJson() {
    return new JsonObject()
        .put("subject", subject.text())
        .put("until", until)
        .put("why", why)
        .put("since", since);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static Ban fromJson(JsonObject json) {
    return new Ban(
        subject(json),
        wholeNumber(json, "since"),
        wholeNumber(json, "until"),
        json.getValue("why") instanceof String why ? why : "");
  }

  static BanSubject subject(JsonObject json) {
    String text = json.getValue("subject") instanceof String found ? found : "";
    return BanSubject.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "subject: must be ip: and a literal address, or user: and 1 to 256 characters"
                        + " without control characters"));
  }

  static long wholeNumber(JsonObject json, String field) {
    Object value = json.getValue(field);
    if ((value instanceof Long || value instanceof Integer) && ((Number) value).longValue() >= 0) {
      return ((Number) value).longValue();
    }
    throw new IllegalArgumentException(field + ": must be a whole number, 0 or more");
  }
}
