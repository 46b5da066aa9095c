package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import io.drawbridge.edge.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Conversations with clients that we did not write, without TLS, with it, and with certificates on
 * both sides: what we take for the protocol, others must, too. Skipped where a client is not
 * installed, except in continuous integration (variable {@code CI}), where that is a failure.
 * Compression is on: both clients offer it.
 */
class ForeignClientsTest {
  @TempDir private static Path folder = Path.of("");
  private static final List<Server> SERVERS = new ArrayList<>();

  /** Of the scripts, behind the scenario; by the server that they lead to. */
  private static final Map<String, List<String>> ARGUMENTS = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    for (String name : List.of("signed", "ca", "client")) {
      Files.writeString(folder.resolve(name + ".pem"), certificates.certificate(name));
      Files.writeString(folder.resolve(name + ".key"), certificates.key(name));
    }
    String ca = file("ca.pem");
    start("plain", List.of());
    start("tls", List.of(ca), "tls.cert", file("signed.pem"), "tls.key", file("signed.key"));
    start(
        "mutual",
        List.of(ca, file("client.pem"), file("client.key")),
        "tls.cert",
        file("signed.pem"),
        "tls.key",
        file("signed.key"),
        "tls.clientCa",
        ca);
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private static void start(String name, List<String> pem, String... changes) throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    List<String> all = new ArrayList<>(List.of("compression.enabled", "true"));
    all.addAll(List.of(changes));
    Settings settings = TestSettings.of(own, all.toArray(String[]::new));
    Server server = Servers.start(settings);
    SERVERS.add(server);
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(server.port(Role.ECHO)));
    arguments.add(String.valueOf(server.port(Role.AUTH)));
    arguments.add(Servers.token(settings, Duration.ZERO));
    arguments.add(Servers.token(settings, Duration.ofHours(1)));
    arguments.addAll(pem);
    ARGUMENTS.put(name, arguments);
  }

  @AfterAll
  static void stop() {
    SERVERS.forEach(server -> Servers.await(server.stop()));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, text",
    "plain, binary",
    "plain, bigText",
    "plain, smallWindows",
    "plain, ping",
    "plain, close",
    "plain, goodToken",
    "plain, expiredToken",
    "plain, junkToken",
    "plain, sendToEcho",
    "tls, headerToken",
    "tls, subprotocolToken",
    "mutual, certificate"
  })
  void speaksWithTheNodePackageWs(String name, String scenario) throws Exception {
    Path node = ForeignProgram.CLIENTS.resolve("node");
    ForeignProgram.needs(
        "node with the package ws; run npm ci in " + node, node, "node", "-e", "import('ws')");

    converse(node, name, scenario, List.of("node", "client.js"));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, text",
    "plain, binary",
    "plain, bigText",
    "plain, smallWindows",
    "plain, ping",
    "plain, close",
    "plain, goodToken",
    "plain, expiredToken",
    "plain, junkToken",
    "plain, sendToEcho",
    "tls, headerToken",
    "tls, subprotocolToken",
    "mutual, certificate"
  })
  void speaksWithThePythonPackageWebsockets(String name, String scenario) throws Exception {
    Path python = ForeignProgram.CLIENTS.resolve("python");
    ForeignProgram.needs(
        "Debian's package python3-websockets",
        python,
        "/usr/bin/python3",
        "-c",
        "import websockets");

    converse(python, name, scenario, List.of("/usr/bin/python3", "client.py"));
  }

  private static void converse(Path directory, String name, String scenario, List<String> command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(command);
    line.add(scenario);
    line.addAll(Objects.requireNonNull(ARGUMENTS.get(name)));
    ForeignProgram.Outcome outcome = ForeignProgram.run(directory, line);
    assertThat(outcome.status()).as(outcome.text()).isZero();
  }
}
