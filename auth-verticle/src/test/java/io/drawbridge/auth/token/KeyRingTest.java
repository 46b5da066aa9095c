package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Keys that change, and what is kept of tokens meanwhile")
final class KeyRingTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");
  private static final KeyPair EC = Tokens.pairFor("ES256");

  private static Vertx vertx;

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private TokenVerifier verifier(KeyRing ring) {
    return new TokenVerifier(vertx, TokenVerifierTest.settings(""), ring, now::get);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Tokens good() {
    long seconds = NOW.getEpochSecond();
    return Tokens.good()
        .with("iat", Long.toString(seconds))
        .with("exp", Long.toString(seconds + 60));
  }

  private AuthSettings ecSettings() {
    return TokenVerifierTest.settings(
        "algorithms: [ES256], keys: [{file: '" + folder.resolve("key") + "', algorithm: ES256}]");
  }

  private KeyRing ecRing() throws Exception {
    Files.writeString(folder.resolve("key"), Jwks.of(EC).encode());
    return KeyRing.read(ecSettings(), null);
  }

  @Test
  @DisplayName("10,000 reconnects with the same tokens are verified once each")
  void verifiesATokenOnce() throws Exception {
    KeyRing ring = ecRing();
    List<TokenVerifier> loops = List.of(verifier(ring), verifier(ring));
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      tokens.add(good().with("jti", "\"" + i + '"').algorithm("ES256", EC).text());
    }
    for (String token : tokens) {
      get(loops.get(0).verify(token));
    }
    assertThat(ring.verified()).isEqualTo(20);

    for (int i = 0; i < 10_000; i++) {
      Future<TokenVerdict> again = loops.get(i % 2).verify(tokens.get(i % 20));
      assertThat(again.isComplete()).as("at once").isTrue();
      assertThat(again.result()).isInstanceOf(TokenVerdict.Valid.class);
    }

    assertThat(ring.verified()).isEqualTo(20);
  }

  @Test
  void verifiesATokenOnceThatComesOftenAtTheSameTime() throws Exception {
    KeyRing ring = ecRing();
    TokenVerifier verifier = verifier(ring);
    String token = good().algorithm("ES256", EC).text();
    List<Future<TokenVerdict>> verdicts = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      verdicts.add(verifier.verify(token));
    }

    for (Future<TokenVerdict> verdict : verdicts) {
      assertThat(get(verdict)).isInstanceOf(TokenVerdict.Valid.class);
    }
    assertThat(ring.verified()).isEqualTo(1);
    assertThat(ring.verifying().taken()).isZero();
  }

  @Test
  void aForgedTokenIsVerifiedOnceInTenSeconds() throws Exception {
    KeyRing ring = ecRing();
    TokenVerifier verifier = verifier(ring);
    String token = good().algorithm("ES256", Tokens.pairFor("ES256")).text();

    for (int i = 0; i < 100; i++) {
      assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Invalid.class);
    }
    assertThat(ring.verified()).isEqualTo(1);

    now.set(NOW.plusSeconds(10));
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(ring.verified()).isEqualTo(2);
  }

  @Test
  void aTokenThatIsKeptEndsInItsTime() throws Exception {
    KeyRing ring = KeyRing.of(TokenVerifierTest.settings(""), new Secret(Tokens.SECRET));
    TokenVerifier verifier = verifier(ring);
    String token = good().text();
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Valid.class);

    now.set(NOW.plusSeconds(59));
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Valid.class);
    now.set(NOW.plusSeconds(60));
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Expired.class);
    now.set(NOW.minusSeconds(6));
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(ring.verified()).isEqualTo(1);
  }

  @Test
  void aTokenIsKeptWithItsSignature() throws Exception {
    TokenVerifier verifier =
        verifier(KeyRing.of(TokenVerifierTest.settings(""), new Secret(Tokens.SECRET)));
    assertThat(get(verifier.verify(good().text()))).isInstanceOf(TokenVerdict.Valid.class);

    assertThat(get(verifier.verify(good().signedByAnother().text())))
        .isInstanceOf(TokenVerdict.Invalid.class);
  }

  @Test
  void whatTheOldKeysVerifiedIsForgotten() throws Exception {
    AuthSettings settings = TokenVerifierTest.settings("");
    KeyRing ring = KeyRing.of(settings, new Secret(Tokens.SECRET));
    TokenVerifier verifier = verifier(ring);
    String token = good().text();
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Valid.class);
    String other = "another secret, and long enough to be taken";

    assertThat(ring.prepare(settings, new Secret(other)).getAsBoolean()).isTrue();

    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Invalid.class);
    byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
    assertThat(get(verifier.verify(good().secret(bytes).text())))
        .isInstanceOf(TokenVerdict.Valid.class);
  }

  @Test
  void whatTheSameKeysVerifiedIsNotForgotten() throws Exception {
    KeyRing ring = ecRing();
    KeyRing.Generation before = ring.current();

    assertThat(ring.prepare(ecSettings(), null).getAsBoolean()).isFalse();

    assertThat(ring.current()).isSameAs(before);
  }

  @Test
  void aBadFileKeepsTheOldKeys() throws Exception {
    KeyRing ring = ecRing();
    Files.writeString(folder.resolve("key"), "half a k");

    assertThatIOException().isThrownBy(() -> ring.prepare(ecSettings(), null));

    assertThat(get(verifier(ring).verify(good().algorithm("ES256", EC).text())))
        .isInstanceOf(TokenVerdict.Valid.class);
  }

  @Test
  @DisplayName("over 1,000 at once, a token is undecided, and no longer once they are done")
  void bitesOffNoMoreThanItCanChew() throws Exception {
    KeyRing ring = ecRing();
    TokenVerifier verifier = verifier(ring);
    for (int i = 0; i < KeyRing.MOST_UNDERWAY; i++) {
      assertThat(ring.verifying().enter()).isTrue();
    }
    String token = good().algorithm("ES256", EC).text();

    assertThat(get(verifier.verify(token)))
        .isInstanceOfSatisfying(
            TokenVerdict.Undecided.class,
            undecided ->
                assertThat(undecided.why()).startsWith("too many tokens to verify, token"));

    ring.verifying().leave();
    assertThat(get(verifier.verify(token))).isInstanceOf(TokenVerdict.Valid.class);
  }

  @Test
  void keepsABoundedNumberOfTokens() {
    TokenCache cache = new TokenCache();
    var judged = new ClaimsCheck.Judged(new TokenVerdict.Invalid("x"), Instant.MIN);
    for (int i = 0; i < TokenCache.MOST + 10; i++) {
      cache.keep("k" + i, judged, 10, Instant.MAX);
    }

    assertThat(cache.size()).isEqualTo(TokenCache.MOST);
    assertThat(cache.find("k9", NOW)).isNull();
    assertThat(cache.find("k10", NOW)).isSameAs(judged);

    cache.keep("long", judged, TokenCache.MOST_CHARS, Instant.MAX);
    assertThat(cache.size()).isEqualTo(1);
    assertThat(cache.find("long", NOW)).isSameAs(judged);
  }
}
