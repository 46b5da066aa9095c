package io.drawbridge.deploy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
  void warnsOfWhatOthersCouldReach() throws IOException {
    Cli cli = check("cluster: { enabled: true, host: 192.0.2.7 }\n");

    assertThat(cli.status()).isZero();
    assertThat(cli.err())
        .contains("warning: cluster.port: ", "warning: cluster.tls: ")
        .hasLineCount(2);
    assertThat(cli.out()).contains("host: 192.0.2.7");
  }

  @Test
  void explainsWhichRuleDecides() throws IOException {
    String rules =
        """
        bridge:
          inbound: [ { address: a, scope: buyer }, { addressRegex: 'b.*' } ]
          outbound: [ { address: a } ]
        """;
    String claims = "{\"scope\":\"x buyer\",\"permissions\":[\"y\"]}";
    String token =
        "e30."
            + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8))
            + ".x";

    assertThat(explain(rules, "--explain", "bc")).isEqualTo("allowed by bridge.inbound[1]\n");
    assertThat(explain(rules, "--explain", "a"))
        .isEqualTo("denied: bridge.inbound[0] asks for the scope buyer\n");
    assertThat(explain(rules, "--explain", "a", "--scope", "x buyer"))
        .isEqualTo("allowed by bridge.inbound[0]\n");
    assertThat(explain(rules, "--explain", "a", "--token", token))
        .isEqualTo("token not verified\nallowed by bridge.inbound[0]\n");
    assertThat(explain(rules, "--explain", "a", "--action", "register"))
        .isEqualTo("allowed by bridge.outbound[0]\n");
    assertThat(explain(rules, "--explain", "c", "--action", "publish"))
        .isEqualTo("denied: no rule of bridge.inbound has this address\n");
  }

  @Test
  void repeatsNoTokenThatIsNone() throws IOException {
    Path file = Files.createFile(folder.resolve("empty.yaml"));

    Cli cli = Cli.run("check-config", file.toString(), "--explain", "a", "--token", "eyJ.horse");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("expected a JWT").doesNotContain("horse");
  }

  private String explain(String yaml, String... options) throws IOException {
    Path file = folder.resolve("drawbridge.yaml");
    Files.writeString(file, yaml);
    List<String> args = new ArrayList<>(List.of("check-config", file.toString()));
    args.addAll(List.of(options));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.status()).isZero();
    return cli.out();
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
