package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.guard.ManualTime;
import io.drawbridge.guard.Node;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Claims, settings and nodes for tests. */
final class Given {
  static final Duration LIFE = Duration.ofMinutes(1);

  private Given() {}

  static AuthSettings settings(String auth) {
    SettingsResult result = SettingsReader.read("auth: {" + auth + "}");
    return ((SettingsResult.Loaded) result).settings().auth();
  }

  static Node node(ManualTime time) {
    return new Node("node-1", time.time(), new SimpleMeterRegistry());
  }

  /** Of a token that was issued now and is good for a minute. */
  static Claims claims(ManualTime time, String user, @Nullable String jti) {
    return claims(user, jti, time.now(), time.now().plus(LIFE));
  }

  static Claims claims(String user, @Nullable String jti, @Nullable Instant issuedAt, Instant end) {
    String hash = hash(user + jti + issuedAt + end);
    return new Claims(user, Set.of(), null, jti, issuedAt, end, hash, hash.substring(52));
  }

  /** 64 hex digits, the same for the same claims. */
  private static String hash(String claims) {
    return Revocation.jti(claims).substring("jti:".length());
  }
}
