package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void hasTheseCommands() {
    assertThat(Main.commandLine().getSubcommands())
        .containsOnlyKeys("run", "token", "connect", "check-config");
  }

  @Test
  void showsTheUsageWhereTheCommandIsMissing() {
    Cli cli = Cli.run();

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .startsWith("a command is missing")
        .contains("Usage: drawbridge [-hV] COMMAND");
  }

  @Test
  void leavesWithTheStatusOfItsCommand() throws Exception {
    try (Child child = Child.start(folder, Map.of(), "wrong")) {
      assertThat(child.exitStatus()).isEqualTo(2);
      assertThat(child.out()).isEmpty();
      assertThat(child.err()).contains("'wrong'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "token", "connect", "check-config"})
  void helpsWithEachCommand(String command) {
    Cli cli = Cli.run(command, "--help");

    assertThat(cli.status()).isZero();
    assertThat(cli.out()).startsWith("Usage: drawbridge " + command);
    assertThat(cli.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--nonsense", "run --nonsense", "token --user", "connect", "check-config a b"})
  void refusesWrongUsage(String line) {
    Cli cli = Cli.run(line.split(" ", -1));

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("Usage: drawbridge").doesNotContain("\tat ");
  }

  @Test
  void tellsItsVersion() {
    Cli cli = Cli.run("--version");

    assertThat(cli.status()).isZero();
    assertThat(cli.out()).matches("drawbridge \\S.*\\R");
  }
}
