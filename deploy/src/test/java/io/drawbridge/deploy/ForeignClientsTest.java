package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Conversations with clients that we did not write: what we take for the protocol, others must,
 * too. Skipped where a client is not installed, except in continuous integration (variable {@code
 * CI}), where that is a failure. Compression is on: both clients offer it.
 */
class ForeignClientsTest {
  @TempDir private static Path folder = Path.of("");
  private static List<String> arguments = List.of();
  private static Server server;

  @BeforeAll
  static void start() throws IOException {
    Settings settings = TestSettings.of(folder, "compression.enabled", "true");
    server = Servers.start(settings);
    arguments =
        List.of(
            String.valueOf(server.port(Role.ECHO)),
            String.valueOf(server.port(Role.AUTH)),
            Servers.token(settings, Duration.ZERO),
            Servers.token(settings, Duration.ofHours(1)));
  }

  @AfterAll
  static void stop() {
    Servers.await(server.stop());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "binary",
        "bigText",
        "smallWindows",
        "ping",
        "close",
        "goodToken",
        "expiredToken",
        "junkToken",
        "sendToEcho"
      })
  void speaksWithTheNodePackageWs(String scenario) throws Exception {
    Path node = ForeignProgram.CLIENTS.resolve("node");
    ForeignProgram.needs(
        "node with the package ws; run npm ci in " + node, node, "node", "-e", "import('ws')");

    converse(node, scenario, "node", "client.js");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "binary",
        "bigText",
        "smallWindows",
        "ping",
        "close",
        "goodToken",
        "expiredToken",
        "junkToken",
        "sendToEcho"
      })
  void speaksWithThePythonPackageWebsockets(String scenario) throws Exception {
    Path python = ForeignProgram.CLIENTS.resolve("python");
    ForeignProgram.needs(
        "Debian's package python3-websockets",
        python,
        "/usr/bin/python3",
        "-c",
        "import websockets");

    converse(python, scenario, "/usr/bin/python3", "client.py");
  }

  private static void converse(Path directory, String scenario, String... command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(command));
    line.add(scenario);
    line.addAll(arguments);
    ForeignProgram.Outcome outcome = ForeignProgram.run(directory, line);
    assertThat(outcome.status()).as(outcome.text()).isZero();
  }
}
