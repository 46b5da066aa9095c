package io.drawbridge.deploy.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3000|INVALID_TOKEN [ref 01a2]|3000 INVALID_TOKEN [ref 01a2]: Invalid Token. Another token is"
            + " needed; the error log says what is wrong with this one.",
        "3000|TOKEN_EXPIRED [retry 1s] [ref 01a2]|3000 TOKEN_EXPIRED [retry 1s] [ref 01a2]: Token"
            + " Expired. Come back with a new token.",
        "3008|AUTH_TIMEOUT [retry 1s]|3008 AUTH_TIMEOUT [retry 1s]: No token in time. Come back in 1"
            + " s and bring a token: --token, --token-file or --user.",
        "1012|SHUTTING_DOWN [retry 7s]|1012 SHUTTING_DOWN [retry 7s]: Shutting down. Come back in 7"
            + " s.",
        "1009|MESSAGE_TOO_BIG|1009 MESSAGE_TOO_BIG: Message too big. The same would fail again:"
            + " change it first.",
        "403|ORIGIN_DENIED: This Origin may not connect [ref 01a2]|403 ORIGIN_DENIED: This Origin may"
            + " not connect [ref 01a2]: This Origin may not connect. Only the server's operator can"
            + " change that.",
        "1006||1006, connection lost without a close",
        "1011|oops|1011, the server failed: oops",
        "4321|NO_KIND_OF_OURS|4321: NO_KIND_OF_OURS",
        "404|not found|404, the handshake was refused: not found",
      })
  void isToldInWords(int code, String reason, String words) {
    assertThat(new Ending(code, reason == null ? "" : reason).explained())
        .isEqualTo("closed " + words);
  }

  @Test
  void hasNoCodeWhereThereWasNoConnection() {
    Ending none = new Ending(0, "Connection refused");

    assertThat(none.explained()).isEqualTo("no connection: Connection refused");
    assertThat(none.brief()).isEqualTo("no connection");
    assertThat(none.isFailure()).isTrue();
  }

  @Test
  void isEscaped() {
    assertThat(new Ending(4000, "\u001b]0;x\u0007").explained())
        .isEqualTo("closed 4000: \\u001b]0;x\\u0007");
  }
}
