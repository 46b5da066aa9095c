package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"Zoe\u0308", "\u202e24", "a\u200bb", " ", ""})
  void issuesNoneForAUserThatTheVerifierRefuses(String user) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenOrder.of(user, Duration.ofHours(1)))
        .withMessageStartingWith("user must be 1 to 256 characters that can be seen");
  }

  @Test
  void issuesNoneWithRightsThatTheVerifierRefuses() {
    TokenVerdict most = verified(rights("", Collections.nCopies(256, "read")));

    assertThat(most).isInstanceOf(TokenVerdict.Valid.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rights("gr\u00fcn", List.of()))
        .withMessageStartingWith("scope must be words of ASCII");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rights("", Collections.nCopies(257, "read")))
        .withMessageStartingWith("permissions must be at most 256");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> verified(rights("x".repeat(8 * 1024), List.of())))
        .withMessageContaining("no server takes more than 8192");
  }

  private static TokenOrder rights(String scope, List<String> permissions) {
    return new TokenOrder(
        "a", Duration.ofHours(1), scope, permissions, null, null, null, List.of(), Duration.ZERO);
  }

  private static TokenVerdict verified(TokenOrder order) {
    AuthSettings settings = TokenVerifierTest.settings("");
    InstantSource clock = InstantSource.fixed(NOW);
    String token = new TokenIssuer(vertx, settings, SECRET, clock).issue(order);
    return new TokenVerifier(vertx, settings, SECRET, clock).verify(token).result();
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
