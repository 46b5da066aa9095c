package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckConfigCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void printsWhatTheSettingsComeTo() throws IOException {
    Cli cli = check("echo: { port: 9000 }\nlimits: { messages: 5/s }\n");

    assertThat(cli.status()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains("port: 9000").contains("messages: 5/s").contains("ping: 30s");
  }

  @Test
  void whatItPrintsIsASettingsFile() throws IOException {
    Cli first = check("echo: { port: 9000 }\n");

    assertThat(check(first.out())).isEqualTo(first);
  }

  @Test
  void masksSecrets() throws IOException {
    String secret = "correct-horse-battery-staple-and-more";

    Cli cli = check("auth: { secret: %s }\nops: { token: %s }\n".formatted(secret, secret));

    assertThat(cli.status()).isZero();
    assertThat(cli.out() + cli.err()).doesNotContain("horse");
    assertThat(cli.out()).contains("secret: \"***\"", "token: \"***\"");
  }

  @Test
  void tellsEveryProblemWithItsPath() throws IOException {
    Cli cli =
        check(
            """
            ehco: { port: 1 }
            echo: { port: 99999 }
            auth: { secret: weak, timeout: soon }
            limits: { messages: many }
            roles: [echo, gard]
            """);

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines().map(line -> line.replaceFirst(": .*", "")))
        .containsExactlyInAnyOrder(
            "ehco", "echo.port", "auth.secret", "auth.timeout", "limits.messages", "roles[1]");
    assertThat(cli.err()).doesNotContain("weak\"");
  }

  @Test
  void warnsOfWhatIsNotInForce() throws IOException {
    Cli cli = check("cluster: { port: 5702 }\n");

    assertThat(cli.status()).isZero();
    assertThat(cli.err()).startsWith("warning: cluster.port: ");
    assertThat(cli.out()).contains("port: 5702");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    Cli cli = Cli.run("check-config", folder.resolve("nowhere.yaml").toString());

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("there is no file").contains("nowhere.yaml");
  }

  @Test
  void showsTheUsageWhereTheFileIsMissing() {
    Cli cli = Cli.run("check-config");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("FILE").contains("Usage: drawbridge check-config");
  }

  @Test
  void theEnvironmentCountsToo() throws Exception {
    Path file = Files.createFile(folder.resolve("empty.yaml"));
    Map<String, String> environment =
        Map.of("DRAWBRIDGE_ECHO_PREFIX", "You said: ", "DRAWBRIDGE_ECHO_PROT", "1");

    try (Child child = Child.start(folder, environment, "check-config", file.toString())) {
      assertThat(child.exitStatus()).isEqualTo(2);
      assertThat(child.out()).isEmpty();
      assertThat(child.err())
          .startsWith("DRAWBRIDGE_ECHO_PROT: ")
          .contains("DRAWBRIDGE_ECHO_PORT")
          .hasLineCount(1);
    }
  }

  private Cli check(String yaml) throws IOException {
    Path file = folder.resolve("drawbridge.yaml");
    Files.writeString(file, yaml);
    return Cli.run("check-config", file.toString());
  }
}
