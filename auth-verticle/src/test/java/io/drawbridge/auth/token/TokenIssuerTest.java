package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Tokens for development and operators")
final class TokenIssuerTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");
  private static final long SECONDS = NOW.getEpochSecond();
  private static final Secret SECRET = new Secret(Tokens.SECRET);

  private static Vertx vertx;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private static String issue(AuthSettings settings, String scope) {
    return new TokenIssuer(vertx, settings, SECRET, InstantSource.fixed(NOW))
        .issue("alice", Duration.ofHours(1), scope);
  }

  private static JsonObject claims(String token) {
    byte[] payload = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return new JsonObject(new String(payload, StandardCharsets.UTF_8));
  }

  @Test
  void saysWhoseItIsAndHowLong() {
    assertThat(claims(issue(TokenVerifierTest.settings(""), "")))
        .isEqualTo(
            new JsonObject()
                .put("user_id", "alice")
                .put("iat", SECONDS)
                .put("exp", SECONDS + 3_600));
  }

  @Test
  void saysWhatItMayDo() {
    assertThat(claims(issue(TokenVerifierTest.settings(""), "read write")).getString("scope"))
        .isEqualTo("read write");
  }

  @Test
  void isBelievedWhateverIssuerAndAudienceAreConfigured() {
    AuthSettings settings =
        TokenVerifierTest.settings("issuer: https://issuer.example, audience: [chat, shop]");

    String token = issue(settings, "");

    assertThat(
            new TokenVerifier(vertx, settings, SECRET, InstantSource.fixed(NOW))
                .verify(token)
                .result())
        .satisfies(Tokens.validFor("alice", Instant.ofEpochSecond(SECONDS + 3_600)));
  }

  @Test
  @DisplayName("a token made by hand from the same claims is the same, to the letter")
  void isSignedAsTheRfcSays() {
    String token = issue(TokenVerifierTest.settings(""), "");
    byte[] header = Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]);
    byte[] payload = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);

    assertThat(token)
        .isEqualTo(
            Tokens.of(
                new String(header, StandardCharsets.UTF_8),
                new String(payload, StandardCharsets.UTF_8)));
  }
}
