package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;

/**
 * A numbered change of the bans, as it is published to all edges.
 *
 * @param seq one more than the change before it
 * @param subject who was banned or pardoned
 * @param until when the ban ends, in epoch milliseconds; 0 for a pardon
 */
record BanChange(long seq, BanSubject subject, long until) {

  boolean isBan() {
    return until > 0;
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("seq", seq)
        .put("op", isBan() ? "ban" : "unban")
        .put("subject", subject.text())
        .put("until", until);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static BanChange fromJson(JsonObject json) {
    long until = "unban".equals(json.getValue("op")) ? 0 : Ban.wholeNumber(json, "until");
    return new BanChange(Ban.wholeNumber(json, "seq"), Ban.subject(json), until);
  }
}
