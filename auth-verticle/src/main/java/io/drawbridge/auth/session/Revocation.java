package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.auth.token.Sha256;
import io.drawbridge.guard.Fnv;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Tokens that are believed no more.
 *
 * @param subject {@code jti:} and the SHA-256 of the token's id, {@code own-jti:} and that of its
 *     user and id, {@code token:} and the {@link Claims#hash}, or {@code user:} and the id of a
 *     user
 * @param issuedBy of a user, the tokens that were issued until then, in epoch milliseconds; 0 for a
 *     token
 * @param until when it may be forgotten, in epoch milliseconds; {@link #NEVER} for never
 */
record Revocation(String subject, long issuedBy, long until) {
  static final long NEVER = Long.MAX_VALUE;

  private static final Pattern SUBJECT =
      Pattern.compile("(?:jti|own-jti|token):[0-9a-f]{64}|user:.{1,256}", Pattern.DOTALL);

  // --- subjects ---------------------------------------------------------------------------------

  static String user(String id) {
    return "user:" + id;
  }

  /** Of the same length for every id, however long, and not telling it. */
  static String jti(String id) {
    return "jti:" + Sha256.hex(id);
  }

  /** The id as this user's own: another's token with the same one is another token. */
  static String jtiOf(String user, String id) {
    return "own-jti:" + Sha256.hex(Sha256.hex(user) + id);
  }

  static String hash(String hash) {
    return "token:" + hash;
  }

  /** One token: by its id, or, where it has none, by its hash. */
  static String token(Shown token) {
    return token.jti() == null ? hash(token.hash()) : jtiOf(token.user(), token.jti());
  }

  // --- together ---------------------------------------------------------------------------------

  /** Holds for a token that this subject is the user of. */
  boolean isOld(Claims claims) {
    Instant issuedAt = claims.issuedAt();
    return issuedAt == null || issuedAt.toEpochMilli() <= issuedBy;
  }

  boolean isInForce(long now) {
    return now < until;
  }

  /** Tells it from others; of what is the same, the same on every node. */
  long digest() {
    long hash = (Fnv.hash(subject) ^ issuedBy) * 0x9e3779b97f4a7c15L;
    hash = (hash ^ (hash >>> 32) ^ until) * 0x9e3779b97f4a7c15L;
    return hash ^ (hash >>> 29);
  }

  /** What either means, of the same subject. */
  Revocation and(Revocation other) {
    return new Revocation(
        subject, Math.max(issuedBy, other.issuedBy), Math.max(until, other.until));
  }

  // --- in the file ------------------------------------------------------------------------------

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("subject", subject);
    if (issuedBy > 0) {
      json.put("issuedBy", issuedBy);
    }
    return until == NEVER ? json : json.put("until", until);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  static Revocation fromJson(JsonObject json) {
    if (!(json.getValue("subject") instanceof String subject)
        || !SUBJECT.matcher(subject).matches()) {
      throw new IllegalArgumentException("subject: must be of a user, a jti or a token");
    }
    return new Revocation(subject, millis(json, "issuedBy", 0), millis(json, "until", NEVER));
  }

  private static long millis(JsonObject json, String field, long absent) {
    Object value = json.getValue(field);
    if (value == null) {
      return absent;
    }
    if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
      return ((Number) value).longValue();
    }
    throw new IllegalArgumentException(field + ": must be a whole number, 0 or more");
  }
}
