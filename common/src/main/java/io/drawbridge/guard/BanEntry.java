package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * All that the book holds of one subject, as guards hand it to each other: of two, the later one
 * holds.
 *
 * @param changedAt when it came to be so, in epoch milliseconds; later than what it was before
 * @param ban null where there is none
 * @param offence null where there is none
 * @param until when nobody needs to know of it any more; after a pardon, when the ban would have
 *     ended, since somebody may still know of that
 */
record BanEntry(
    BanSubject subject,
    long changedAt,
    @Nullable Ban ban,
    BanBook.@Nullable Offence offence,
    long until) {

  JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("subject", subject.text())
            .put("changedAt", changedAt)
            .put("until", until);
    if (ban != null) {
      json.put("ban", ban.toJson());
    }
    if (offence != null) {
      json.put("offence", offence.toJson());
    }
    return json;
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static BanEntry fromJson(JsonObject json) {
    BanSubject subject = Ban.subject(json);
    Ban ban = json.getValue("ban") instanceof JsonObject found ? Ban.fromJson(found) : null;
    BanBook.Offence offence =
        json.getValue("offence") instanceof JsonObject found
            ? BanBook.Offence.fromJson(found)
            : null;
    if ((ban != null && !ban.subject().equals(subject))
        || (offence != null && !offence.subject().equals(subject))) {
      throw new IllegalArgumentException("subject: another one than that of its ban or offence");
    }
    return new BanEntry(
        subject, Ban.wholeNumber(json, "changedAt"), ban, offence, Ban.wholeNumber(json, "until"));
  }
}
