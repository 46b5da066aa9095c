package io.drawbridge.auth.token;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.InstantSource;

/** Issues tokens that {@link TokenVerifier} takes, for development and for operators. */
public final class TokenIssuer {
  static final String ALGORITHM = "HS256";

  private final AuthSettings settings;
  private final InstantSource clock;
  private final JWTAuth jwt;

  public TokenIssuer(Vertx vertx, AuthSettings settings, Secret secret, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.jwt =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions()
                        .setAlgorithm(ALGORITHM)
                        .setBuffer(Buffer.buffer(secret.bytes()))));
  }

  /**
   * A token for this user.
   *
   * @param ttl how long it lives
   * @param scope what it may do, separated by blanks (RFC 8693 §4.2); empty for nothing
   */
  public String issue(String user, Duration ttl, String scope) {
    long now = clock.instant().getEpochSecond();
    JsonObject claims =
        new JsonObject()
            .put(TokenVerifier.USER, user)
            .put("iat", now)
            .put("exp", now + ttl.toSeconds());
    if (!scope.isEmpty()) {
      claims.put("scope", scope);
    }
    if (settings.issuer() != null) {
      claims.put("iss", settings.issuer());
    }
    if (!settings.audience().isEmpty()) {
      claims.put("aud", settings.audience().get(0));
    }
    return jwt.generateToken(claims, new JWTOptions().setAlgorithm(ALGORITHM).setNoTimestamp(true));
  }
}
