package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is remembered of a token that a session was shown: enough to revoke it. */
record Shown(String user, @Nullable String jti, String hash, Instant expiresAt) {

  static Shown of(Claims claims) {
    return new Shown(claims.user(), claims.jti(), claims.hash(), claims.expiresAt());
  }

  /** By its id where it has one, which is the user's own, or else by its hash. */
  boolean isSameAs(Shown other) {
    return jti == null ? hash.equals(other.hash) : user.equals(other.user) && jti.equals(other.jti);
  }
}
