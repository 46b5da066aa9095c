package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Close codes (RFC 6455 §7.4 and the IANA registry)")
final class CloseCodeTest {

  @ParameterizedTest
  @ValueSource(
      ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999})
  void acceptsACodeThatMayStandInAFrame(int code) {
    assertThat(CloseCode.isValid(code)).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("§7.4.1: refuses 1004, 1005, 1006 and 1015, which must not be sent")
  @ValueSource(ints = {1004, CloseCode.NO_STATUS, CloseCode.ABNORMAL, 1015})
  void refusesACodeThatMustNotStandInAFrame(int code) {
    assertThat(CloseCode.isValid(code)).isFalse();
  }

  @Test
  @DisplayName("§7.4.2: 0-999 are not used, 1000-2999 need a definition, 3000-4999 are free")
  void knowsEveryRange() {
    assertThat(IntStream.rangeClosed(0, 0xFFFF).filter(CloseCode::isValid))
        .hasSize(12 + 2000)
        .allMatch(code -> code <= 1014 || code >= 3000)
        .allMatch(code -> code >= 1000 && code <= 4999);
  }
}
