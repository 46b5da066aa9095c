package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {

  @ParameterizedTest
  @ValueSource(strings = {"DRAWBRIDGE_AUTH_ALLOWWEAKSECRET", "DRAWBRIDGE_AUTH_ALLOW_WEAK_SECRET"})
  void readsACamelCaseKeyInBothSpellings(String variable) {
    assertThat(settings(variable, "true").auth().allowWeakSecret()).isTrue();
  }

  @Test
  void givesEachPathItsOwnVariables() {
    Map<String, String> paths = Environment.pathsByVariable();

    assertThat(paths.values()).containsAll(Defaults.paths());
    assertThat(paths)
        .containsEntry("DRAWBRIDGE_DATA", "data")
        .containsEntry("DRAWBRIDGE_FIREWALL_BAN_FOR", "firewall.banFor")
        .containsEntry("DRAWBRIDGE_ECHO_LIMITS_KEY_MESSAGES", "echo.limits.keyMessages");
  }

  @Test
  void splitsListsAtCommas() {
    assertThat(settings("DRAWBRIDGE_ROLES", "echo, guard").roles())
        .containsExactly(Role.ECHO, Role.GUARD);
    assertThat(settings("DRAWBRIDGE_FIREWALL_ORIGINS", "").firewall().origins()).isEmpty();
  }

  @Test
  void takesAListInYamlToo() {
    assertThat(settings("DRAWBRIDGE_FIREWALL_ORIGINS", "[self, \"*\"]").firewall().origins())
        .containsExactly("self", "*");
  }

  @Test
  void keepsASecretOfDigitsAsItIs() {
    String digits = "0001234567890123456789012345678901234567";

    Secret secret = settings("DRAWBRIDGE_AUTH_SECRET", digits).auth().secret();

    assertThat(secret).isEqualTo(new Secret(digits));
  }

  @Test
  void overridesTheLimitsOfOneEdge() {
    Settings settings = settings("DRAWBRIDGE_ECHO_LIMITS_MESSAGES", "5/s");

    assertThat(settings.echo().limits().messages()).isEqualTo(Rate.parse("5/s"));
    assertThat(settings.auth().limits().messages()).isEqualTo(Rate.parse("100/s"));
    assertThat(settings.limits().messages()).isEqualTo(Rate.parse("100/s"));
  }

  @Test
  void takesUnlimitedForACount() {
    assertThat(settings("DRAWBRIDGE_LIMITS_CONNECTIONS", "unlimited").limits().connections())
        .isEqualTo(LimitSettings.UNLIMITED);
  }

  @Test
  void takesACountTooLargeForAnInt() {
    assertThat(settings("DRAWBRIDGE_LIMITS_CONNECTIONS", "5000000000").limits().connections())
        .isEqualTo(5_000_000_000L);
  }

  @Test
  void takesNullWhereAKeyMayBeNull() {
    assertThat(settings("DRAWBRIDGE_AUTH_ISSUER", "null").auth().issuer()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "DRAWBRIDGE_ECHO_PROT, 1, did you mean DRAWBRIDGE_ECHO_PORT?",
    "DRAWBRIDGE_AUTH_SECRETT, hunter2, did you mean DRAWBRIDGE_AUTH_SECRET?",
    "DRAWBRIDGE_ZZZZZZZZZZZZ, 1, see the configuration guide",
    "DRAWBRIDGE_PORT, 1, unknown variable"
  })
  void refusesAnUnknownVariableWithASuggestion(String variable, String text, String words) {
    assertThat(Read.problems(Read.environment(variable, text)))
        .singleElement()
        .asString()
        .startsWith(variable + ": unknown variable; ")
        .contains(words)
        .doesNotContain("hunter2");
  }

  @Test
  void refusesAKeyThatIsSetInBothSpellings() {
    assertThat(
            Read.problems(
                Read.environment(
                    "DRAWBRIDGE_LIMITS_FRAMESIZE", "1", "DRAWBRIDGE_LIMITS_FRAME_SIZE", "2")))
        .containsExactly(
            "DRAWBRIDGE_LIMITS_FRAME_SIZE: sets the same key as DRAWBRIDGE_LIMITS_FRAMESIZE");
  }

  @ParameterizedTest
  @CsvSource({
    "DRAWBRIDGE_ECHO_PORT, '', echo.port: expected a whole number",
    "DRAWBRIDGE_AUTH_SECRET, '', auth.secret: must not be empty",
    "DRAWBRIDGE_ROLES, 'echo,', roles[1]: expected echo",
    "DRAWBRIDGE_ECHO_LIMITS, slow, echo.limits: expected a section",
    "DRAWBRIDGE_PROXY_PROTOCOL, on, proxy.protocol: expected true or false"
  })
  void reportsAWrongValueAtItsPath(String variable, String text, String problem) {
    assertThat(Read.problems(Read.environment(variable, text)))
        .singleElement()
        .asString()
        .startsWith(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "PATH, /bin",
    "DRAWBRIDGE, x",
    "DRAWBRIDGE_OPTS, -Xmx1g",
    "DRAWBRIDGE_JAVA_OPTS, -Xmx1g",
    "DRAWBRIDGE_HOME, /opt/drawbridge",
    "DRAWBRIDGE_SERVICE_HOST, 10.0.0.1",
    "DRAWBRIDGE_SERVICE_PORT_ECHO, 8765",
    "DRAWBRIDGE_PORT, tcp://10.0.0.1:8765",
    "DRAWBRIDGE_PORT_8765_TCP_ADDR, 10.0.0.1",
    "DRAWBRIDGE_ECHO_SERVICE_PORT, 8765",
    "DRAWBRIDGE_ECHO_PORT, tcp://10.0.0.1:8765"
  })
  void leavesVariablesOfOthersAlone(String variable, String text) {
    assertThat(settings(variable, text)).isEqualTo(SettingsReader.defaults());
  }

  @Test
  void reportsTheSameProblemsInTheSameOrder() {
    Map<String, String> bad = Map.of("DRAWBRIDGE_C", "1", "DRAWBRIDGE_A", "1", "DRAWBRIDGE_B", "1");

    List<String> problems = Read.problems(SettingsReader.read(null, bad, Map.of()));

    assertThat(problems).isSorted().hasSize(3);
  }

  private static Settings settings(String variable, String text) {
    return Read.loaded(Read.environment(variable, text)).settings();
  }
}
