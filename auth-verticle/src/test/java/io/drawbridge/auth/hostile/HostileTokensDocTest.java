package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.hostile.Row.Answer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Holds {@code docs/hostile-tokens.md} to what is tested. Where it differs, the right text is
 * written to {@code target/hostile-tokens.md}, to be looked at and copied.
 */
final class HostileTokensDocTest {
  private static final String INTRODUCTION =
      """
      # Hostile tokens

      What the secure server is shown in its tests (`io.drawbridge.auth.hostile`), over real sockets. Made by the tests; the
      [protocol](protocol.md#secure-server-wslocalhost8888) says what each answer means.

      %d tokens, of which %d are good and prove that the server listens. Each is shown as the first message, and those of
      the first three themes by each other way that can hold them: in `Authorization`, as a subprotocol, in a message of type
      `auth`, in the headers of an envelope, in a `send` to `drawbridge.auth`. Each time:

      * The client is told what the table says, and nothing else: close 3000 with the kind, close 1009 for what is too big,
        or 401 with `WWW-Authenticate: Bearer error="invalid_token"` in the handshake.
      * The verdict takes less than 50 ms.
      * The error log has the event, of this kind, and nothing of the token or of any secret.
      * The next client with a good token is served.
      * Nobody calls the addresses that a token points to.
      """;

  @Test
  void theDocumentListsWhatIsTested() throws IOException {
    String expected = document(Rows.all());
    Files.writeString(Path.of("target/hostile-tokens.md"), expected);

    assertThat(Files.readString(Path.of("../docs/hostile-tokens.md"))).isEqualTo(expected);
  }

  private static String document(List<Row> rows) {
    long good = rows.stream().filter(row -> row.answer() == Answer.GOOD).count();
    StringBuilder text = new StringBuilder(INTRODUCTION.formatted(rows.size(), good));
    String theme = "";
    for (Row row : rows) {
      if (!row.theme().equals(theme)) {
        theme = row.theme();
        text.append("\n## ")
            .append(theme)
            .append("\n\n| token | server with | told |\n| --- | --- | --- |\n");
      }
      text.append(
          "| %s | %s | %s |\n"
              .formatted(row.name().replace("|", "\\|"), row.setup().words, told(row.answer())));
    }
    return text.append(flows("Before the token", HostileFlowsTest.class))
        .append(flows("Handshakes, envelopes, and later tokens", HostileWayFlowsTest.class))
        .toString();
  }

  private static String told(Answer answer) {
    return answer.text.isEmpty() ? "close 1009" : '`' + answer.text + '`';
  }

  /** What the client does, as the names of the tests say it. */
  private static String flows(String heading, Class<?> tests) {
    return Arrays.stream(tests.getDeclaredMethods())
        .filter(HostileTokensDocTest::isTest)
        .map(test -> "* " + words(test.getName()) + '\n')
        .sorted()
        .collect(Collectors.joining("", "\n## " + heading + ": a client that\n\n", ""));
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }

  private static String words(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT).replace(" utf8", " UTF-8");
  }
}
