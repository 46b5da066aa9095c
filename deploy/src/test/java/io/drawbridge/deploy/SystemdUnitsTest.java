package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.cli.RunArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units: by systemd's own tools, and by what the processes would read at their start. */
class SystemdUnitsTest {
  private static final Path SYSTEMD = ShippedFiles.DEPLOY.resolve("systemd");
  private static final Path SETTINGS = SYSTEMD.resolve("drawbridge.yaml");
  private static final String ALL = "drawbridge.service";
  private static final String ROLE = "drawbridge@.service";

  /** In tenths, as the tool counts; it calls 10.0 the worst. */
  private static final String EXPOSURE_AT_MOST = "15";

  private static String tool(String... line) throws IOException, InterruptedException {
    ForeignProgram.needs("Debian's package systemd", SYSTEMD, "systemd-analyze", "--version");
    ForeignProgram.Outcome outcome = ForeignProgram.run(SYSTEMD, List.of(line));
    assertThat(outcome.status()).as(outcome.text()).isZero();
    return outcome.text();
  }

  private static String value(String unit, String key) throws IOException {
    Matcher line =
        Pattern.compile("(?m)^" + key + "=(.*)$").matcher(Files.readString(SYSTEMD.resolve(unit)));
    assertThat(line.find()).as(key).isTrue();
    return line.group(1);
  }

  private static RunArguments arguments(String unit, String instance) throws IOException {
    List<String> line =
        Arrays.asList(value(unit, "ExecStart").replace("%i", instance).split(" ", -1));
    int jar = line.indexOf("/usr/share/drawbridge/drawbridge.jar");
    assertThat(line.subList(0, jar))
        .containsExactly(
            "/usr/bin/java", "-XX:+ExitOnOutOfMemoryError", "$DRAWBRIDGE_JAVA_OPTS", "-jar");
    return RunArguments.of(line.subList(jar + 1, line.size()));
  }

  private static Settings settingsOf(String role) throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String line : Files.readAllLines(SYSTEMD.resolve("roles/" + role + ".env"))) {
      environment.put(line.split("=", 2)[0], line.split("=", 2)[1]);
    }
    return ShippedFiles.settings(SETTINGS, environment, arguments(ROLE, role));
  }

  @ParameterizedTest
  @ValueSource(strings = {ALL, ROLE})
  void systemdTakesThem(String unit) throws Exception {
    assertThat(tool("systemd-analyze", "verify", "--man=no", "./" + unit)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {ALL, ROLE})
  void systemdCallsThemWellLockedUp(String unit) throws Exception {
    String report =
        tool(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=" + EXPOSURE_AT_MOST,
            "./" + unit);

    assertThat(report).contains("Overall exposure level").contains("OK");
  }

  @ParameterizedTest
  @ValueSource(strings = {ALL, ROLE})
  void theyAreGivenTheTimeToDrain(String unit) throws IOException {
    Settings settings = ShippedFiles.settings(SETTINGS, Map.of(), arguments(unit, "echo"));

    assertThat(value(unit, "KillSignal")).isEqualTo("SIGTERM");
    assertThat(ShippedFiles.seconds(value(unit, "TimeoutStopSec")))
        .isGreaterThan(settings.drain().over().plus(ShippedFiles.TO_LEAVE));
    assertThat(Long.parseLong(value(unit, "LimitNOFILE")))
        .isGreaterThan(settings.limits().connections());
    assertThat(value(unit, "ExecReload")).isEqualTo("/bin/kill -HUP $MAINPID");
  }

  @Test
  void oneProcessRunsAllRoles() throws IOException {
    RunArguments arguments = arguments(ALL, "");
    Settings settings = ShippedFiles.settings(SETTINGS, Map.of(), arguments);

    assertThat(arguments.config()).isEqualTo("/etc/drawbridge/drawbridge.yaml");
    assertThat(settings.roles()).containsExactlyInAnyOrder(Role.values());
    assertThat(settings.cluster().enabled()).isFalse();
    assertThat(settings.data()).isEqualTo(Path.of("/var/lib", value(ALL, "StateDirectory")));
    assertThat(settings.guard().log().getParent())
        .isEqualTo(Path.of("/var/log", value(ALL, "LogsDirectory")));
  }

  @Test
  void rolesApartShareNothingButTheCluster() throws IOException {
    Set<Object> own = new HashSet<>();
    for (Role role : List.of(Role.ECHO, Role.AUTH, Role.GUARD)) {
      String word = role.name().toLowerCase(Locale.ROOT);
      Settings settings = settingsOf(word);

      assertThat(settings.roles()).containsExactlyInAnyOrder(role, Role.OPS);
      assertThat(settings.cluster().enabled()).isTrue();
      assertThat(settings.data())
          .isEqualTo(Path.of("/var/lib", value(ROLE, "StateDirectory").replace("%i", word)));
      assertThat(settings.guard().log().getParent())
          .isEqualTo(Path.of("/var/log", value(ROLE, "LogsDirectory").replace("%i", word)));
      assertThat(own.add(settings.ops().port())).isTrue();
      assertThat(own.add(settings.data())).isTrue();
    }
  }

  /** One is the other, but for the role. */
  @Test
  void bothAreLockedUpAlike() throws IOException {
    assertThat(lockedUp(ROLE)).isEqualTo(lockedUp(ALL)).isNotEmpty();
  }

  private static String lockedUp(String unit) throws IOException {
    String text = Files.readString(SYSTEMD.resolve(unit)).replace("/%i", "");
    return text.substring(text.indexOf("# Stopping"));
  }
}
