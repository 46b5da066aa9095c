package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pattern that the process logs by: one event, one line, whatever is in it. */
class ProcessLogTest {

  private static String line(String message, @Nullable Throwable thrown) throws IOException {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    PatternLayout layout = new PatternLayout();
    layout.setContext(context);
    layout.setPattern(pattern());
    layout.start();
    return layout.doLayout(
        new LoggingEvent(
            "", context.getLogger("io.drawbridge.Test"), Level.INFO, message, thrown, null));
  }

  private static String pattern() throws IOException {
    try (InputStream in = ProcessLogTest.class.getResourceAsStream("/logback.xml")) {
      assertThat(in).isNotNull();
      String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Matcher pattern = Pattern.compile("<pattern>(.*)</pattern>").matcher(xml);
      assertThat(pattern.find()).isTrue();
      return pattern.group(1).replace("&amp;", "&");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n", "\r", "\u0000", "\u001B", "\u007F", "\u0085", "\u009B", "\u202E", "\u2028", "\u2029",
        "\u2066", "\uFEFF"
      })
  void replacesWhatCouldForgeALineOrItsLook(String evil) throws IOException {
    assertThat(line("a" + evil + "[31mb", null)).endsWith(" - a?[31mb\n").hasLineCount(1);
  }

  @Test
  void tellsOfAFaultOnceAndWithoutEscapes() throws IOException {
    String text = line("it failed", new IllegalStateException("by \u001B[31m\u009B\u202E"));

    assertThat(text)
        .contains(" - it failed\n", "IllegalStateException: by ?[31m??\n", "\tat io.drawbridge.")
        .containsOnlyOnce("IllegalStateException");
  }

  @Test
  void keepsWhatIsNoControl() throws IOException {
    assertThat(line("grüße 你好 😀 ${jndi:x}", null)).endsWith(" - grüße 你好 😀 ${jndi:x}\n");
  }
}
