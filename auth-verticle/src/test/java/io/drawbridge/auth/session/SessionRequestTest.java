package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRequestTest {

  private static SessionRequest read(String json) {
    return SessionRequest.of(new JsonObject(json.replace('\'', '"')));
  }

  @Test
  void readsAList() {
    assertThat(read("{'op':'list'}"))
        .isEqualTo(new SessionRequest.All(new SessionFilter(null, null, null), 0, 1_000));
    assertThat(read("{'op':'list','user':'42','offset':7,'limit':8}"))
        .isEqualTo(new SessionRequest.All(new SessionFilter("42", null, null), 7, 8));
  }

  @Test
  void readsAKick() {
    assertThat(read("{'op':'kick','user':'42','session':'s','why':'spam'}"))
        .isEqualTo(new SessionRequest.Kick(new SessionFilter("42", "s", null), "spam"));
  }

  @Test
  void readsARevocation() {
    assertThat(read("{'op':'revoke','jti':'a','why':null}"))
        .isEqualTo(new SessionRequest.Revoke(new SessionFilter(null, null, "a"), null, ""));
    assertThat(read("{'op':'revoke','user':'42','forMs':1000}"))
        .isEqualTo(
            new SessionRequest.Revoke(
                new SessionFilter("42", null, null), Duration.ofSeconds(1), ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {}                                            | op: must be list, kick or revoke
          {'op':7}                                      | op: must be list, kick or revoke
          {'op':'kick'}                                 | user, session or jti: one of them must be given
          {'op':'kick','user':null}                     | user, session or jti: one of them must be given
          {'op':'revoke','why':'all'}                   | user, session or jti: exactly one must be given
          {'op':'revoke','user':'42','session':'s'}     | user, session or jti: exactly one must be given
          {'op':'kick','user':42}                       | user: must be a string of 1 to 256 characters
          {'op':'kick','user':''}                       | user: must be a string of 1 to 256 characters
          {'op':'list','session':[]}                    | session: must be a string of 1 to 256 characters
          {'op':'revoke','jti':''}                      | jti: must be a string of 1 to 1024 characters
          {'op':'list','offset':-1}                     | offset: must be a whole number, 0 to 2147483647
          {'op':'list','limit':0}                       | limit: must be a whole number, 1 to 1000
          {'op':'list','limit':1001}                    | limit: must be a whole number, 1 to 1000
          {'op':'list','limit':1.5}                     | limit: must be a whole number, 1 to 1000
          {'op':'revoke','user':'42','forMs':0}         | forMs: must be a whole number, 1 to 315360000000
          {'op':'revoke','user':'42','forMs':'1h'}      | forMs: must be a whole number, 1 to 315360000000
          {'op':'kick','user':'42','why':7}             | why: must be a string of at most 256 characters
          """)
  void namesWhatIsWrong(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refusesWhatIsTooLong() {
    JsonObject kick = new JsonObject().put("op", "kick").put("user", "x".repeat(256));
    SessionRequest.of(kick.put("why", "x".repeat(256)));

    assertThatThrownBy(() -> SessionRequest.of(kick.copy().put("user", "x".repeat(257))))
        .hasMessageStartingWith("user: ");
    assertThatThrownBy(() -> SessionRequest.of(kick.copy().put("why", "x".repeat(257))))
        .hasMessageStartingWith("why: ");
  }

  @Test
  void refusesWhatIsNoObject() {
    assertThatThrownBy(() -> SessionRequest.of("list"))
        .hasMessage("the body must be a JSON object");
    assertThatThrownBy(() -> SessionRequest.of(null)).hasMessage("the body must be a JSON object");
  }
}
