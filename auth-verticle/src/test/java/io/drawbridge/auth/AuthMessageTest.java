package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.AuthMessage.Form;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.token.Claims;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthMessageTest {
  private static final String SEND =
      "{\"type\":\"send\",\"address\":\"drawbridge.auth\",\"replyAddress\":\"r\",\"body\":{\"token\":\"t\"}}";
  private static final Notice EXPIRED =
      new Notice(ErrorKind.TOKEN_EXPIRED, "Token Expired", Duration.ofSeconds(1), "id");

  static Stream<Arguments> firsts() {
    return Stream.of(
        message("t", Form.BARE, "t", null),
        message("", Form.BARE, "", null),
        message("{", Form.BARE, "{", null),
        message("[\"t\"]", Form.BARE, "[\"t\"]", null),
        message("{\"type\":\"pong\"}", Form.BARE, "{\"type\":\"pong\"}", null),
        message("{\"type\":\"ping\"}", Form.PING, null, null),
        message("{\"type\":\"auth\",\"token\":\"t\"}", Form.AUTH, "t", null),
        message(" { \"token\":\"t\", \"type\":\"auth\" } ", Form.AUTH, "t", null),
        message("{\"type\":\"auth\"}", Form.AUTH, null, null),
        message("{\"type\":\"auth\",\"token\":7}", Form.AUTH, null, null),
        message("{\"\\u0074ype\":\"\\u0061uth\",\"token\":\"t\"}", Form.AUTH, "t", null),
        message(SEND, Form.SEND, "t", "r"),
        message(
            "{\"type\":\"send\",\"address\":\"drawbridge.auth\",\"body\":\"t\"}",
            Form.SEND,
            null,
            null),
        message(
            "{\"type\":\"send\",\"address\":\"drawbridge.auth\",\"headers\":{\"authorization\":\"t\"}}",
            Form.SEND,
            "t",
            null),
        message(
            "{\"type\":\"register\",\"headers\":{\"Authorization\":\"Bearer t\"}}",
            Form.CARRIED,
            "t",
            null),
        message(
            "{\"type\":\"send\",\"replyAddress\":\"r\",\"headers\":{\"AUTHORIZATION\":\"t\"}}",
            Form.CARRIED,
            "t",
            "r"));
  }

  private static Arguments message(
      String text, Form form, @Nullable String token, @Nullable String replyAddress) {
    return Arguments.of(text, new AuthMessage(form, token, replyAddress));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("firsts")
  void findsTheTokenOfAFirstMessage(String text, AuthMessage message) {
    assertThat(AuthMessage.first(text)).isEqualTo(message);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "{\"type\":\"auth\",\"token\":\"t\"}",
        "{\"type\":\"\\u0061uth\",\"token\":\"t\"}",
        "{\"type\":\"\\u0061\\u0075\\u0074\\u0068\",\"token\":\"t\"}"
      })
  void findsALaterToken(String text) {
    assertThat(AuthMessage.later(new JsonObject(text)))
        .isEqualTo(new AuthMessage(Form.AUTH, "t", null));
  }

  @Test
  void findsALaterTokenThatIsSent() {
    assertThat(AuthMessage.later(new JsonObject(SEND)))
        .isEqualTo(new AuthMessage(Form.SEND, "t", "r"));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "{\"type\":\"ping\"}",
        "{\"type\":\"publish\",\"address\":\"drawbridge.auth\",\"body\":{\"token\":\"t\"}}",
        "{\"type\":\"send\",\"address\":\"auth\",\"body\":\"\\u0061\"}",
        "{\"type\":\"send\",\"address\":\"echo\",\"headers\":{\"Authorization\":\"t\"}}"
      })
  void leavesAllOtherLaterMessagesToTheBridge(String text) {
    assertThat(AuthMessage.later(new JsonObject(text))).isNull();
  }

  @ParameterizedTest(name = "nested {0} times")
  @ValueSource(ints = {1_000, 30_000})
  void isNotHurtByWhatIsNestedDeeply(int depth) {
    String bomb = "{\"type\":\"auth\",\"token\":" + "[".repeat(depth) + "]".repeat(depth) + "}";

    assertThat(AuthMessage.first(bomb).form()).isEqualTo(Form.BARE);
  }

  @Test
  void takesNoTokenWhereTwoAreNamed() {
    String twice = "{\"type\":\"auth\",\"token\":\"a\",\"token\":\"b\"}";

    assertThat(AuthMessage.first(twice).form()).isEqualTo(Form.BARE);
  }

  private static Session session(Instant end) {
    return new Session(
        "s",
        new Claims("42", Set.of(), null, null, null, end, "hash", "fingerprint"),
        "node",
        "127.0.0.1",
        Instant.EPOCH);
  }

  @Test
  void welcomesInTheFormOfTheMessage() {
    Session session = session(Instant.ofEpochMilli(1_500));

    assertThat(AuthMessage.first("t").welcome(session, null)).isEqualTo("Authenticated!");
    assertThat(new AuthMessage(Form.AUTH, "t", null).welcome(session, null))
        .isEqualTo(
            "{\"type\":\"auth\",\"status\":\"Authenticated!\",\"session\":\"s\",\"expiresAt\":1500}");
    assertThat(new AuthMessage(Form.SEND, "t", "r").welcome(session, null))
        .isEqualTo(
            "{\"type\":\"rec\",\"address\":\"r\",\"body\":{\"status\":\"Authenticated!\",\"session\":\"s\",\"expiresAt\":1500}}");
    assertThat(new AuthMessage(Form.SEND, "t", null).welcome(session, null)).isNull();
    assertThat(new AuthMessage(Form.CARRIED, "t", "r").welcome(session, null)).isNull();
  }

  @Test
  void tellsNoEndWhereThereIsNone() {
    assertThat(new AuthMessage(Form.AUTH, "t", null).welcome(session(Instant.MAX), null))
        .isEqualTo("{\"type\":\"auth\",\"status\":\"Authenticated!\",\"session\":\"s\"}");
  }

  @Test
  void refusesInTheFormOfTheMessage() {
    assertThat(new AuthMessage(Form.BARE, "t", null).refusal(EXPIRED)).isEqualTo("Token Expired");
    assertThat(new AuthMessage(Form.AUTH, "t", null).refusal(EXPIRED)).isEqualTo("Token Expired");
    JsonObject err = new JsonObject(new AuthMessage(Form.SEND, "t", "r").refusal(EXPIRED));
    assertThat(err.getString("type")).isEqualTo("err");
    assertThat(err.getString("address")).isEqualTo("r");
    assertThat(err.getString("body")).isEqualTo("token_expired");
    assertThat(err.getInteger("failureCode")).isEqualTo(401);
    assertThat(err.getString("errorId")).isEqualTo("id");
  }
}
