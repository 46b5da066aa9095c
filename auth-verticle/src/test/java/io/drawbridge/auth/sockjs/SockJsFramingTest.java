package io.drawbridge.auth.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.sockjs.SockJsFraming.Received;
import io.drawbridge.guard.ErrorKind;
import io.vertx.core.json.JsonArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Frames of SockJS inside of WebSocket messages (sockjs-protocol 0.3.3)")
final class SockJsFramingTest {
  private final SockJsFraming framing = SockJsFraming.INSTANCE;

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hi", "{\"type\":\"ping\"}", "a\"b\\c\n\t\u0000\u001f/", "Grüße, 世界 🌉\u2028"})
  void aMessageIsTheOneItemOfAnArray(String text) {
    String frame = framing.message(text);

    assertThat(frame).startsWith("a[");
    assertThat(new JsonArray(frame.substring(1))).containsExactly(text);
  }

  @Test
  void theOtherFramesAreThoseOfTheProtocol() {
    assertThat(framing.opening()).isEqualTo("o");
    assertThat(framing.heartbeat()).isEqualTo("h");
    assertThat(framing.closing(3000, "Go \"away\"!")).isEqualTo("c[3000,\"Go \\\"away\\\"!\"]");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "[\"hi\"]         | hi",
        "\"hi\"           | hi",
        "` [ \"hi\" ] `   | hi",
        "[\"\"]           | ``",
        "\"\"             | ``",
        "[\"a\\\"b\\\\c\"] | a\"b\\c",
        "[\"\\u00fc 世\"] | ü 世",
        "[\"\\ud83c\\udf09\"] | 🌉"
      })
  void takesOneMessage(String frame, String text) {
    assertThat(SockJsFraming.received(frame)).isEqualTo(new Received.Message(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", " [ ] "})
  void takesNoMessage(String frame) {
    assertThat(SockJsFraming.received(frame)).isInstanceOf(Received.Nothing.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "hi",
        "'hi'",
        "[",
        "]",
        "[\"hi\"",
        "[\"hi",
        "\"hi",
        "[\"hi\",]",
        "[,\"hi\"]",
        "[\"hi\"]]",
        "[\"hi\"] \"hi\"",
        "\"hi\" \"hi\"",
        "\"hi\"]",
        "[]]",
        "[1]",
        "[null]",
        "[true]",
        "[[\"hi\"]]",
        "[{\"type\":\"ping\"}]",
        "{\"type\":\"ping\"}",
        "{}",
        "1",
        "null",
        "[\"a\nb\"]",
        "[\"\\x\"]",
        "[\"hi\",1]",
        "[\"a\",\"b\"]",
        "a[\"hi\"]"
      })
  void takesNothingElse(String frame) {
    assertThat(SockJsFraming.received(frame))
        .isInstanceOfSatisfying(
            Received.Fault.class,
            fault -> assertThat(fault.kind()).isEqualTo(ErrorKind.PROTOCOL_ERROR));
  }

  @Test
  void tellsMoreThanOneMessageFromWhatIsNoFrame() {
    assertThat(SockJsFraming.received("[\"a\",\"b\"]"))
        .isEqualTo(
            new Received.Fault(ErrorKind.PROTOCOL_ERROR, "two messages in a frame of SockJS"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"\\ud83c\"]",
        "[\"\\udf09\"]",
        "[\"\\udf09\\ud83c\"]",
        "[\"\\ud83cx\"]",
        "\"\\ud83c\\ud83c\\udf09\""
      })
  void takesNoHalvesOfCharacters(String frame) {
    assertThat(SockJsFraming.received(frame))
        .isInstanceOfSatisfying(
            Received.Fault.class,
            fault -> assertThat(fault.kind()).isEqualTo(ErrorKind.INVALID_UTF8));
  }

  @Test
  void aDeepArrayIsRefusedAtItsSecondToken() {
    assertThat(SockJsFraming.received("[".repeat(100_000))).isInstanceOf(Received.Fault.class);
  }
}
