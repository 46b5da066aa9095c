package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drawbridge.config.AuthSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the claims of a token with a good signature come to: issuer and audience first, then the
 * times, then who it is and what it may do. So a token of somebody else's is invalid, and one of
 * ours that ended is expired, whatever else it says.
 */
final class ClaimsCheck {
  private static final double LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  /** An issuer's clock may be so far ahead, in {@code iat} alone, whatever the leeway. */
  private static final Duration ISSUER_AHEAD = Duration.ofSeconds(5);

  private final @Nullable String issuer;
  private final List<String> audience;
  private final Duration leeway;

  ClaimsCheck(AuthSettings settings) {
    this.issuer = settings.issuer();
    this.audience = settings.audience();
    this.leeway = settings.leeway();
  }

  /**
   * A verdict, and when it must be thought over.
   *
   * @param from a good token is good from then on: the later of {@code nbf} and {@code iat}, less
   *     what an issuer's clock may be ahead
   */
  record Judged(TokenVerdict verdict, Instant from) {}

  /**
   * What the log and revocations know a token by.
   *
   * @param hash of what was signed
   * @param fingerprint of the whole token
   */
  record Ids(String hash, String fingerprint) {}

  /**
   * @throws BadToken where the claims are not to be believed
   */
  Judged judge(byte[] payload, Ids ids, Instant now) {
    ObjectNode claims = StrictJson.object(payload, "payload");
    checkIssuer(claims);
    checkAudience(claims);
    Instant issuedAt = instant(claims, "iat", Instant.MIN);
    Instant begun = claims.has("iat") ? issuedAt.minus(ISSUER_AHEAD) : issuedAt;
    Instant from = later(begun, instant(claims, "nbf", Instant.MIN));
    Instant until = instant(claims, "exp", Instant.MAX);
    TokenVerdict untimely = untimely(from, until, now);
    if (untimely != null) {
      return new Judged(untimely, from);
    }
    Instant told = claims.has("iat") ? issuedAt : null;
    return new Judged(
        new TokenVerdict.Valid(
            new Claims(
                Bearer.user(claims),
                Bearer.rights(claims),
                Bearer.email(claims),
                Bearer.tokenId(claims),
                told,
                until,
                ids.hash,
                ids.fingerprint)),
        from);
  }

  /** The same verdict at another time. */
  TokenVerdict again(Judged judged, Instant now) {
    if (!(judged.verdict() instanceof TokenVerdict.Valid valid)) {
      return judged.verdict();
    }
    TokenVerdict untimely = untimely(judged.from(), valid.claims().expiresAt(), now);
    return untimely == null ? valid : untimely;
  }

  /** Null where the time is right. */
  private @Nullable TokenVerdict untimely(Instant from, Instant until, Instant now) {
    if (now.plus(leeway).isBefore(from)) {
      return new TokenVerdict.Invalid("not valid yet");
    }
    return !until.equals(Instant.MAX) && !now.isBefore(until.plus(leeway))
        ? new TokenVerdict.Expired("expired")
        : null;
  }

  private void checkIssuer(JsonNode claims) {
    JsonNode told = claims.path("iss");
    if (issuer != null && !(told.isTextual() && issuer.equals(told.textValue()))) {
      throw new BadToken("issuer");
    }
  }

  private void checkAudience(JsonNode claims) {
    if (audience.isEmpty()) {
      return;
    }
    JsonNode told = claims.path("aud");
    boolean ours =
        told.isArray()
            ? StreamSupport.stream(told.spliterator(), false).anyMatch(this::isOurs)
            : isOurs(told);
    if (!ours) {
      throw new BadToken("audience");
    }
  }

  private boolean isOurs(JsonNode told) {
    return told.isTextual() && audience.contains(told.textValue());
  }

  /** A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction. */
  private static Instant instant(JsonNode claims, String claim, Instant absent) {
    JsonNode told = claims.path(claim);
    if (told.isMissingNode()) {
      return absent;
    }
    if (!told.isNumber()) {
      throw new BadToken(claim + " is no number");
    }
    double seconds = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, told.doubleValue()));
    return Instant.ofEpochMilli((long) Math.floor(seconds * 1000));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }
}
