package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.JdkClient;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  private static final Pattern SENT_AWAY =
      Pattern.compile("SHUTTING_DOWN \\[retry \\d+s] \\[ref ([^]]+)]");

  @TempDir private Path folder = Path.of("");

  @Test
  void servesUntilItIsTerminatedAndSendsItsClientsAway() throws Exception {
    try (Child child = Child.start(folder, Map.of(), "run")) {
      child.awaitReady();
      assertThat(child.err().lines().findFirst())
          .hasValueSatisfying(line -> assertThat(line).contains("drawbridge ").contains("Java "));
      JdkClient client = JdkClient.connect(child.port("echo"));
      client.send("hi").expect("Server received: hi");

      child.terminate();

      assertThat(client.closed().code()).isEqualTo(1012);
      Matcher reason = SENT_AWAY.matcher(client.closed().reason());
      assertThat(reason.matches()).as(client.closed().reason()).isTrue();
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).isEmpty();
      assertThat(child.err().lines().reduce((earlier, last) -> last))
          .hasValueSatisfying(line -> assertThat(line).endsWith(" - stopped"));
      assertThat(events()).anyMatch(event -> event.getString("id").equals(reason.group(1)));
    }
  }

  @Test
  void goesOnWithTheSameFilesAfterItWasKilled() throws Exception {
    String token;
    try (Child child = Child.start(folder, Map.of(), "run")) {
      child.awaitReady();
      token = Servers.token(TestSettings.of(folder), Duration.ZERO);
      JdkClient.connect(child.port("auth")).send(token).expect("Authenticated!");
      JdkClient.connect(child.port("auth")).send("junk").expect("Invalid Token");
      await().until(() -> Files.exists(TestSettings.log(folder)) && events().size() == 1);
      child.kill();
    }

    try (Child child = Child.start(folder, Map.of(), "run")) {
      child.awaitReady();
      JdkClient.connect(child.port("auth")).send(token).expect("Authenticated!");
      JdkClient.connect(child.port("auth")).send("junk").expect("Invalid Token");
      child.terminate();
      assertThat(child.exitStatus()).isZero();
    }

    assertThat(events().stream().filter(event -> event.getString("kind").equals("INVALID_TOKEN")))
        .hasSize(2);
  }

  @Test
  void bansOnBothEdgesAndThoughItWasKilled() throws Exception {
    Map<String, String> strict = Map.of("DRAWBRIDGE_FIREWALL_STRIKES", "3");
    try (Child child = Child.start(folder, strict, "run")) {
      child.awaitReady();
      for (int i = 0; i < 3; i++) {
        assertThat(Servers.get(child.port("echo"), "/").statusCode()).isEqualTo(426);
      }
      await().until(() -> isBanned(child.port("echo")) && isBanned(child.port("auth")));
      await().until(() -> Files.exists(folder.resolve("data").resolve("bans.json")));
      child.kill();
    }

    try (Child child = Child.start(folder, strict, "run")) {
      child.awaitReady();
      await().until(() -> isBanned(child.port("echo")) && isBanned(child.port("auth")));
      assertThat(Servers.get(child.port("ops"), "/metrics").body()).contains("drawbridge_bans 1.0");
    }
  }

  private static boolean isBanned(int port) {
    try {
      JdkClient.connect(port).close();
      return false;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        assertThat(refused.getResponse().statusCode()).isEqualTo(403);
        assertThat(refused.getResponse().headers().firstValue("Retry-After")).isPresent();
        return true;
      }
      // Sent away in the moment in which it came.
      return false;
    }
  }

  @Test
  void flagsGoOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file = folder.resolve("drawbridge.yaml");
    Files.writeString(file, "echo: { prefix: 'File: ' }\nlimits: { ping: 7s }\nroles: [ops]\n");

    try (Child child =
        Child.start(
            folder,
            Map.of("DRAWBRIDGE_ECHO_PREFIX", "Environment: "),
            "run",
            "--config",
            "drawbridge.yaml",
            "--roles",
            "echo,guard",
            "--instances",
            "echo=2")) {
      child.awaitReady();
      assertThat(child.err()).doesNotContain("auth listens", "ops listens");
      JdkClient.connect(child.port("echo")).send("hi").expect("Environment: hi").close();
    }
  }

  @Test
  void saysInOneLineWhichPortIsTaken() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Child child =
            Child.start(
                folder,
                Map.of("DRAWBRIDGE_AUTH_PORT", String.valueOf(other.getLocalPort())),
                "run")) {
      assertThat(child.exitStatus()).isEqualTo(1);
      assertThat(child.out()).isEmpty();
      assertThat(child.err().lines().filter(line -> !line.contains(" INFO ")))
          .containsExactly(
              "drawbridge: auth can't listen on localhost:%d: Address already in use"
                  .formatted(other.getLocalPort()));
    }
  }

  @Test
  void refusesSettingsThatAreNotThere() {
    Cli cli = Cli.run("run", "--config", folder.resolve("nowhere.yaml").toString());

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("there is no file").contains("nowhere.yaml").hasLineCount(1);
  }

  @Test
  void refusesARoleThatIsNone() {
    Cli cli = Cli.run("run", "--roles", "echo,gard");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("roles[1]: ").contains("gard");
  }

  @Test
  void refusesInstancesOfWhatHasNone() {
    Cli cli = Cli.run("run", "--instances", "guard=2");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).contains("guard.instances: ");
  }

  private List<JsonObject> events() throws IOException {
    return Files.readAllLines(TestSettings.log(folder)).stream().map(JsonObject::new).toList();
  }
}
