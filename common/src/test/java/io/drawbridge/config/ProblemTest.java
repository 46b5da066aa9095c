package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTest {

  @Test
  void readsAsPathAndMessage() {
    assertThat(new Problem("echo.port", "is odd")).hasToString("echo.port: is odd");
  }

  @Test
  void canNotSteerATerminal() {
    assertThat(new Problem("a\u001b[2J", "b\r\nc").toString())
        .isEqualTo("a\uFFFD[2J: b\uFFFD\uFFFDc");
  }
}
