package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownKeyTest {

  @ParameterizedTest
  @CsvSource({
    "'', abc, 3",
    "abc, abc, 0",
    "abc, ABC, 0",
    "kitten, sitting, 3",
    "prot, port, 1",
    "ab, ba, 1",
    "a, b, 1"
  })
  void countsEdits(String left, String right, int edits) {
    assertThat(UnknownKey.edits(left, right)).isEqualTo(edits);
    assertThat(UnknownKey.edits(right, left)).isEqualTo(edits);
  }

  @Test
  void suggestsTheNearestName() {
    assertThat(UnknownKey.nearest("pnig", List.of("pong", "ping"))).contains("ping");
    assertThat(UnknownKey.nearest("framesize", List.of("messageSize", "frameSize")))
        .contains("frameSize");
  }

  @Test
  void suggestsNothingFarOff() {
    assertThat(UnknownKey.nearest("elephant", List.of("host", "port"))).isEmpty();
    assertThat(UnknownKey.nearest("p".repeat(1_000_000), List.of("port"))).isEmpty();
  }
}
