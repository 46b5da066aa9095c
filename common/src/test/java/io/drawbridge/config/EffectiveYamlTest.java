package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveYamlTest {

  @Test
  void showsEveryKeyAndWhatWasGiven() {
    String effective = effective("echo: { port: 7, limits: { ping: 7s } }");

    assertThat(effective)
        .startsWith("data: ./drawbridge-data\necho:\n  host: localhost\n  port: 7\n")
        .contains("limits:\n    ping: 7s\n", "roles:\n  - echo\n  - auth\n");
  }

  @Test
  void masksSecrets() {
    String effective =
        effective(
            "auth: { secret: hunter2hunter2, allowWeakSecret: true }\nops: { token: tok3n }\n"
                + "session: { ticketKey: hunter2-hunter2-hunter2-hunter2-hunter2 }");

    assertThat(effective)
        .contains("secret: \"***\"", "token: \"***\"", "ticketKey: \"***\"")
        .doesNotContain("hunter2", "tok3n");
  }

  @Test
  void showsThatThereIsNoSecret() {
    assertThat(effective("")).contains("secret: null", "token: null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "echo: { prefix: '' }",
        "echo: { prefix: '007' }",
        "echo: { prefix: 'true' }",
        "echo: { prefix: ' # null: \"quoted\" ' }",
        "echo: { prefix: \"line\\n\\ttab \\u2028 \\\\\" }",
        "firewall: { origins: ['*', 'https://[::1]:1'] }",
        "auth: { issuer: '*x', audience: ['- a', '&b', '1e3', 'null', '~', '@', '%a', '0x1f',"
            + " '.inf', 'yes', '2026-11-01', 'a: b', '1_0', '<<', '=', '!a'] }",
        "limits: { frameSize: 1000, messages: unlimited }"
      })
  void isReadBackAsTheSameSettings(String yaml) {
    assertThat(Read.settings(effective(yaml))).isEqualTo(Read.settings(yaml));
  }

  @Test
  void showsNumbersFromTheEnvironmentAsNumbers() {
    assertThat(Read.loaded(Read.environment("DRAWBRIDGE_ECHO_PORT", "007")).effective())
        .contains("port: 7\n");
  }

  private static String effective(String yaml) {
    return Read.loaded(SettingsReader.read(yaml)).effective();
  }
}
