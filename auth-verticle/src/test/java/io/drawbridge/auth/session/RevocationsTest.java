package io.drawbridge.auth.session;

import static io.drawbridge.auth.session.Given.claims;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.auth.token.Claims;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");
  private static final long MILLIS = NOW.toEpochMilli();
  private static final Claims TOKEN = claims("42", "a", NOW, NOW.plusSeconds(60));

  private final Revocations revocations = new Revocations(3);

  private static Revocation ofUser(String user, long issuedBy, long until) {
    return new Revocation(Revocation.user(user), issuedBy, until);
  }

  private static Revocation ofJti(String jti, long until) {
    return new Revocation(Revocation.jti(jti), 0, until);
  }

  @Test
  void takesNothingForRevokedAtFirst() {
    assertThat(revocations.revoked(TOKEN, MILLIS)).isFalse();
  }

  @Test
  void revokesATokenByItsIdUntilTheTimeIsOver() {
    revocations.add(ofJti("a", MILLIS + 1_000), MILLIS);

    assertThat(revocations.revoked(TOKEN, MILLIS + 999)).isTrue();
    assertThat(revocations.revoked(TOKEN, MILLIS + 1_000)).isFalse();
    assertThat(revocations.revoked(claims("42", "b", NOW, Instant.MAX), MILLIS)).isFalse();
    assertThat(revocations.revoked(claims("42", null, NOW, Instant.MAX), MILLIS)).isFalse();
  }

  @Test
  void revokesATokenWithoutAnIdByItsHash() {
    Claims nameless = claims("42", null, NOW, Instant.MAX);
    revocations.add(
        new Revocation(Revocation.token(Shown.of(nameless)), 0, Revocation.NEVER), MILLIS);

    assertThat(revocations.revoked(nameless, MILLIS)).isTrue();
    assertThat(revocations.revoked(claims("43", null, NOW, Instant.MAX), MILLIS)).isFalse();
  }

  @Test
  void revokesTheTokensOfAUserThatWereIssuedUntilThen() {
    revocations.add(ofUser("42", MILLIS, Revocation.NEVER), MILLIS);

    assertThat(revocations.revoked(TOKEN, MILLIS)).isTrue();
    assertThat(revocations.revoked(claims("42", null, null, Instant.MAX), MILLIS)).isTrue();
    assertThat(revocations.revoked(claims("42", null, NOW.minusMillis(1), Instant.MAX), MILLIS))
        .isTrue();
    assertThat(revocations.revoked(claims("42", null, NOW.plusMillis(1), Instant.MAX), MILLIS))
        .isFalse();
    assertThat(revocations.revoked(claims("43", null, NOW, Instant.MAX), MILLIS)).isFalse();
  }

  @Test
  void doesNotTakeTheIdOfAUserForThatOfAToken() {
    revocations.add(ofUser("a", MILLIS, Revocation.NEVER), MILLIS);
    assertThat(revocations.revoked(TOKEN, MILLIS)).isFalse();
  }

  @Test
  void isNeverMadeShorterByAnother() {
    revocations.add(ofUser("42", MILLIS, Revocation.NEVER), MILLIS);
    revocations.add(ofUser("42", MILLIS + 1_000, MILLIS + 2_000), MILLIS);

    assertThat(revocations.inForce(MILLIS + 5_000))
        .containsExactly(ofUser("42", MILLIS + 1_000, Revocation.NEVER));
  }

  @Test
  void takesNoMoreThanItCanRememberAndForgetsNone() {
    assertThat(revocations.add(ofJti("1", MILLIS + 1), MILLIS)).isTrue();
    assertThat(revocations.add(ofJti("2", MILLIS + 9), MILLIS)).isTrue();
    assertThat(revocations.add(ofJti("3", Revocation.NEVER), MILLIS)).isTrue();

    assertThat(revocations.add(ofJti("4", Revocation.NEVER), MILLIS)).isFalse();
    assertThat(revocations.add(ofJti("3", Revocation.NEVER), MILLIS)).isTrue();
    assertThat(revocations.inForce(MILLIS)).hasSize(3);
  }

  @Test
  void hasRoomAgainOnceOneIsOver() {
    List.of("1", "2", "3").forEach(jti -> revocations.add(ofJti(jti, MILLIS + 1), MILLIS));

    assertThat(revocations.add(ofJti("4", Revocation.NEVER), MILLIS + 1)).isTrue();
    assertThat(revocations.inForce(MILLIS + 1)).hasSize(1);
  }

  @Test
  void readsWhatItWrites() {
    for (Revocation each :
        List.of(
            ofUser("Jürgen\n\"🙂\"", MILLIS, Revocation.NEVER),
            ofUser("42", 0, MILLIS),
            ofJti("x".repeat(8_000), MILLIS),
            new Revocation(Revocation.jtiOf("42", "a"), 0, MILLIS),
            new Revocation(Revocation.hash(TOKEN.hash()), 0, Revocation.NEVER))) {
      assertThat(Revocation.fromJson(new JsonObject(each.toJson().encode()))).isEqualTo(each);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"subject\":7}",
        "{\"subject\":\"jti:a\"}",
        "{\"subject\":\"user:\"}",
        "{\"subject\":\"ip:1.2.3.4\"}",
        "{\"subject\":\"user:42\",\"until\":-1}",
        "{\"subject\":\"user:42\",\"issuedBy\":\"now\"}"
      })
  void refusesWhatItWouldNotWrite(String json) {
    assertThatThrownBy(() -> Revocation.fromJson(new JsonObject(json)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // --- over several nodes -----------------------------------------------------------------------

  @Test
  void hasTheSameDigestAsOthersThatHoldTheSame() {
    Revocations other = new Revocations(3);
    revocations.add(ofJti("a", MILLIS + 1_000), MILLIS);
    revocations.add(ofUser("42", MILLIS, MILLIS + 9_000), MILLIS);
    other.add(ofUser("42", MILLIS - 5, MILLIS + 9_000), MILLIS);
    assertThat(other.digest(MILLIS)).isNotEqualTo(revocations.digest(MILLIS));

    assertThat(other.merge(revocations.inForce(MILLIS), MILLIS)).hasSize(2);

    assertThat(other.digest(MILLIS)).isEqualTo(revocations.digest(MILLIS));
    assertThat(other.merge(revocations.inForce(MILLIS), MILLIS)).isEmpty();
    assertThat(revocations.digest(MILLIS + 1_000)).isNotEqualTo(other.digest(MILLIS));
    assertThat(revocations.digest(MILLIS + 9_000)).isZero();
  }

  @Test
  void mergesInAnyOrderToTheSame() {
    Revocation early = ofUser("42", MILLIS - 5, MILLIS + 9_000);
    Revocation late = ofUser("42", MILLIS, MILLIS + 1_000);
    Revocations other = new Revocations(3);
    revocations.merge(List.of(early, late), MILLIS);
    other.merge(List.of(late, early), MILLIS);

    assertThat(revocations.inForce(MILLIS)).isEqualTo(other.inForce(MILLIS));
    assertThat(revocations.digest(MILLIS)).isEqualTo(other.digest(MILLIS));
  }

  @Test
  void isToldInPages() {
    for (String jti : List.of("a", "b", "c")) {
      revocations.add(ofJti(jti, MILLIS + 1_000), MILLIS);
    }
    List<Revocation> first = revocations.page("", 2);
    List<Revocation> second = revocations.page(first.get(1).subject(), 2);

    assertThat(first).hasSize(2);
    assertThat(second).hasSize(1).doesNotContainAnyElementsOf(first);
    revocations.inForce(MILLIS + 1_000);
    assertThat(revocations.page("", 2)).isEmpty();
  }

  @Test
  void takesNoMoreOfOthersThanItHasRoomFor() {
    List<Revocation> many =
        List.of("a", "b", "c", "d").stream().map(jti -> ofJti(jti, MILLIS + 1_000)).toList();

    assertThat(revocations.merge(many, MILLIS)).hasSize(3);
    assertThat(revocations.size()).isEqualTo(3);
  }
}
