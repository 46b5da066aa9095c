package io.drawbridge.deploy.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void leavesTextAlone() {
    assertThat(Printable.whole("héllo, \"wörld\" \\ 世界 🚀")).isEqualTo("héllo, \"wörld\" \\ 世界 🚀");
  }

  @Test
  void escapesWhatATerminalMayObey() {
    assertThat(Printable.whole("a\u001b[31mb\r\nc\td\u0007\u009b\u007f\u202e\u2028\ud800"))
        .isEqualTo("a\\u001b[31mb\\u000d\\nc\\u0009d\\u0007\\u009b\\u007f\\u202e\\u2028\\ud800");
  }

  @Test
  void showsAHumanNoMoreThanOneReads() {
    String text = "x".repeat(Printable.LONGEST);

    assertThat(Printable.shown(text)).isEqualTo(text);
    assertThat(Printable.shown(text + "y"))
        .isEqualTo(text + "… (" + (Printable.LONGEST + 1) + " characters)");
  }
}
