package io.drawbridge.auth.token;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Issues tokens that {@link TokenVerifier} takes, for development and for operators. */
public final class TokenIssuer {
  static final String ALGORITHM = "HS256";

  private final AuthSettings settings;
  private final SigningKey key;
  private final InstantSource clock;
  private final JWTAuth jwt;

  /** Signs with HS256. */
  public TokenIssuer(Vertx vertx, AuthSettings settings, Secret secret, InstantSource clock) {
    this(vertx, settings, SigningKey.of(secret), clock);
  }

  public TokenIssuer(Vertx vertx, AuthSettings settings, SigningKey key, InstantSource clock) {
    this.settings = settings;
    this.key = key;
    this.clock = clock;
    this.jwt = JWTAuth.create(vertx, new JWTAuthOptions().addPubSecKey(key.options()));
  }

  /**
   * A token for this user, without an id.
   *
   * @param ttl how long it lives
   * @param scope what it may do, separated by blanks (RFC 8693 §4.2); empty for nothing
   */
  public String issue(String user, Duration ttl, String scope) {
    return issue(
        new TokenOrder(user, ttl, scope, List.of(), null, null, null, List.of(), Duration.ZERO));
  }

  /**
   * A token that says this, and when it was issued.
   *
   * @throws IllegalArgumentException where it is longer than any that a server takes
   */
  public String issue(TokenOrder order) {
    JWTOptions options = new JWTOptions().setAlgorithm(key.algorithm()).setNoTimestamp(true);
    String token = jwt.generateToken(claims(order), options);
    if (token.length() > TokenVerifier.LONGEST_TOKEN) {
      throw new IllegalArgumentException(
          "the token has %d characters, and no server takes more than %d: it says too much"
              .formatted(token.length(), TokenVerifier.LONGEST_TOKEN));
    }
    return token;
  }

  private JsonObject claims(TokenOrder order) {
    Instant now = clock.instant();
    JsonObject claims =
        new JsonObject()
            .put(TokenVerifier.USER, order.user())
            .put("iat", now.getEpochSecond())
            .put("exp", now.plus(order.ttl()).getEpochSecond());
    if (!order.startsIn().isZero()) {
      claims.put("nbf", now.plus(order.startsIn()).getEpochSecond());
    }
    putUnlessEmpty(claims, "scope", order.scope());
    if (!order.permissions().isEmpty()) {
      claims.put("permissions", new JsonArray(order.permissions()));
    }
    putUnlessEmpty(claims, "email", order.email());
    putUnlessEmpty(claims, "jti", order.jti());
    putUnlessEmpty(claims, "iss", order.issuer() == null ? settings.issuer() : order.issuer());
    List<String> audience =
        order.audience().isEmpty()
            ? settings.audience().stream().limit(1).toList()
            : order.audience();
    if (!audience.isEmpty()) {
      claims.put("aud", audience.size() == 1 ? audience.get(0) : new JsonArray(audience));
    }
    return claims;
  }

  private static void putUnlessEmpty(JsonObject claims, String claim, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      claims.put(claim, text);
    }
  }
}
