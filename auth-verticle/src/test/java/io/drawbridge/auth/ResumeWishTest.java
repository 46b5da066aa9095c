package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResumeWishTest {

  @Test
  void isToBeginOrToComeBack() {
    assertThat(ResumeWish.of(new JsonObject("{\"resume\":true,\"seen\":7}")))
        .isEqualTo(new ResumeWish(null, -1));
    assertThat(ResumeWish.of(new JsonObject("{\"resume\":\"t\",\"seen\":7}")))
        .isEqualTo(new ResumeWish("t", 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "null", "1", "[]", "{}"})
  void isNothingElse(String resume) {
    assertThat(ResumeWish.of(new JsonObject("{\"resume\":" + resume + "}"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "-5", "1.5", "\"7\"", "[]", "99999999999999999999"})
  void knowsNotWhatWasSeenWhereThatIsNoNumberOfAnEnvelope(String seen) {
    assertThat(ResumeWish.of(new JsonObject("{\"resume\":\"t\",\"seen\":" + seen + "}")))
        .isNotNull()
        .extracting(ResumeWish::seen)
        .satisfies(read -> assertThat(read).isNegative());
  }
}
