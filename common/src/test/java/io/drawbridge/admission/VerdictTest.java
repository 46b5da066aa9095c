package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {

  @ParameterizedTest
  @CsvSource({
    "BAD_HANDSHAKE, 400, PT0S",
    "ORIGIN_DENIED, 403, PT0S",
    "CONNECTION_LIMIT, 503, PT1S",
    "SHUTTING_DOWN, 503, PT1S",
    "INTERNAL_ERROR, 500, PT1S"
  })
  void refusesWithTheStatusAndAdviceOfTheKind(ErrorKind kind, int status, Duration retryAfter) {
    assertThat(Verdict.refused(kind, "why"))
        .isEqualTo(new Verdict.Refused(kind, status, "why", Map.of(), retryAfter));
  }

  @Test
  void keepsItsHeaders() {
    Map<String, String> headers = new HashMap<>(Map.of("Allow", "GET"));
    Verdict.Refused refused =
        new Verdict.Refused(ErrorKind.BAD_HANDSHAKE, 405, "why", headers, Duration.ZERO);

    headers.clear();

    assertThat(refused.headers()).isEqualTo(Map.of("Allow", "GET"));
    assertThatThrownBy(() -> refused.headers().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
