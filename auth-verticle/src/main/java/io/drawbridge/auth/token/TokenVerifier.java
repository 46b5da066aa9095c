package io.drawbridge.auth.token;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519) by RFC 8725: the algorithm must be an allowed one before
 * anything else is looked at, then the signature, then issuer and audience, then the times, then
 * who it is.
 *
 * <p>The library checks signature, issuer and audience. The times are checked here, since it calls
 * a token that is not valid yet expired.
 */
public final class TokenVerifier {
  /** The claim that says whose token it is: a non-empty string or an integer. */
  public static final String USER = "user_id";

  private static final int LONGEST_TOKEN = 8 * 1024;
  private static final int LONGEST_USER = 256;
  private static final int FINGERPRINT_DIGITS = 12;
  private static final Pattern COMPACT = Pattern.compile("([\\w-]+)\\.[\\w-]+\\.[\\w-]+");
  private static final double LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private final AuthSettings settings;
  private final Set<String> algorithms;
  private final InstantSource clock;
  private final JWTAuth jwt;

  /**
   * @param secret the HS256 key
   */
  public TokenVerifier(Vertx vertx, AuthSettings settings, Secret secret, InstantSource clock) {
    this.settings = settings;
    this.algorithms = settings.algorithms();
    this.clock = clock;
    JWTOptions options = new JWTOptions().setIgnoreExpiration(true).setIssuer(settings.issuer());
    if (!settings.audience().isEmpty()) {
      options.setAudience(settings.audience());
    }
    this.jwt =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .setJWTOptions(options)
                .addPubSecKey(
                    new PubSecKeyOptions()
                        .setAlgorithm(TokenIssuer.ALGORITHM)
                        .setBuffer(Buffer.buffer(secret.bytes()))));
  }

  /** Never fails: a token that breaks the library is an invalid one. */
  public Future<TokenVerdict> verify(String token) {
    String fault = fault(token);
    if (fault != null) {
      return Future.succeededFuture(invalid(fault, token));
    }
    try {
      return jwt.authenticate(new TokenCredentials(token))
          .map(user -> judged(claims(user), token))
          .otherwise(cause -> invalid("signature, issuer or audience", token));
    } catch (RuntimeException e) {
      // It throws for claims of the wrong type.
      return Future.succeededFuture(invalid("malformed claims", token));
    }
  }

  /** What is wrong before any key is used; null for nothing. */
  private @Nullable String fault(String token) {
    if (token.length() > LONGEST_TOKEN) {
      return "longer than " + LONGEST_TOKEN + " characters";
    }
    var matcher = COMPACT.matcher(token);
    if (!matcher.matches()) {
      return "no compact JWS";
    }
    try {
      JsonObject header = new JsonObject(decoded(matcher.group(1)));
      if (!(header.getValue("alg") instanceof String algorithm)
          || !algorithms.contains(algorithm)) {
        return "algorithm not allowed";
      }
      // RFC 7515 §4.1.11: what is critical must be understood, and nothing is.
      return header.containsKey("crit") ? "critical header" : null;
    } catch (IllegalArgumentException | DecodeException e) {
      return "header is not JSON";
    }
  }

  private TokenVerdict judged(JsonObject claims, String token) {
    try {
      return judge(claims, token);
    } catch (IllegalArgumentException e) {
      return invalid("malformed claims", token);
    }
  }

  private TokenVerdict judge(JsonObject claims, String token) {
    Instant now = clock.instant();
    Instant expiresAt = instant(claims, "exp", Instant.MAX);
    boolean notYet =
        now.plus(settings.leeway()).isBefore(instant(claims, "nbf", Instant.MIN))
            || now.plus(settings.leeway()).isBefore(instant(claims, "iat", Instant.MIN));
    if (notYet) {
      return invalid("not valid yet", token);
    }
    if (!expiresAt.equals(Instant.MAX) && !now.isBefore(expiresAt.plus(settings.leeway()))) {
      return new TokenVerdict.Expired("expired, " + fingerprint(token));
    }
    String user = user(claims.getValue(USER));
    return user == null
        ? invalid(USER + " missing or unusable", token)
        : new TokenVerdict.Valid(
            new Claims(
                user,
                Set.of(),
                null,
                claims.getValue("jti") instanceof String jti ? jti : null,
                claims.containsKey("iat") ? instant(claims, "iat", now) : null,
                expiresAt,
                hash(token)));
  }

  /** A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction. */
  private static Instant instant(JsonObject claims, String claim, Instant absent) {
    if (!claims.containsKey(claim)) {
      return absent;
    }
    if (!(claims.getValue(claim) instanceof Number number)) {
      throw new IllegalArgumentException(claim + " must be a number");
    }
    double seconds = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, number.doubleValue()));
    return Instant.ofEpochMilli((long) Math.floor(seconds * 1000));
  }

  private static @Nullable String user(@Nullable Object claim) {
    boolean integer =
        claim instanceof Integer || claim instanceof Long || claim instanceof java.math.BigInteger;
    String user = integer || claim instanceof String ? String.valueOf(claim) : "";
    boolean usable =
        !user.isBlank()
            && user.length() <= LONGEST_USER
            && user.chars().noneMatch(Character::isISOControl);
    return usable ? user : null;
  }

  private static JsonObject claims(User user) {
    return user.attributes().getJsonObject("accessToken");
  }

  private static String decoded(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  private static TokenVerdict invalid(String why, String token) {
    return new TokenVerdict.Invalid(why + ", " + fingerprint(token));
  }

  /** Tells one token from another without telling the token. */
  static String fingerprint(String token) {
    return "token " + hash(token).substring(0, FINGERPRINT_DIGITS);
  }

  private static String hash(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
