package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The balancer of {@code compose.yaml}: its own configuration, by HAProxy itself. */
class BalancerTest {
  private static final Path CONFIGURATION =
      ShippedFiles.DEPLOY.resolve("docker/cluster/haproxy.cfg");
  private static final String TOKEN = "an-admin-token-of-some-length";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final byte[] CLIENT = {127, 0, 0, 9};

  private static final String REQUEST =
      """
      GET / HTTP/1.1\r
      Host: localhost\r
      Connection: Upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Authorization: Bearer junk\r
      \r
      """;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void needsHaproxy() throws InterruptedException {
    ForeignProgram.needs("Debian's package haproxy", folder, "haproxy", "-v");
  }

  @Test
  void haproxyTakesIt() throws Exception {
    ForeignProgram.Outcome outcome =
        ForeignProgram.run(
            folder, List.of("env", "OPS_TOKEN=x", "haproxy", "-c", "-f", CONFIGURATION.toString()));

    assertThat(outcome.status()).as(outcome.text()).isZero();
    assertThat(outcome.text()).doesNotContain("[WARNING]");
  }

  @Test
  void sendsClientsToWhoIsReadyAndSaysWhoTheyAre() throws Exception {
    Server first = server("first");
    Server second = server("second");
    int port = freePort();
    Process haproxy = start(port, first, second);
    try {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(refusal(port)).as(output()).startsWith("HTTP/1.1 401 "));
      Servers.await(first.stop());
      // Nobody is left but the second: it must be the one that is asked.
      await().atMost(PATIENCE).until(() -> refusal(port).startsWith("HTTP/1.1 401 "));
      Path log = TestSettings.log(folder.resolve("second"));
      await().atMost(PATIENCE).until(() -> Files.exists(log) && Files.size(log) > 0);
      assertThat(Files.readString(log))
          .contains("\"kind\":\"INVALID_TOKEN\"", "\"peer\":\"127.0.0.9\"")
          .doesNotContain("BAD_HANDSHAKE");
    } finally {
      haproxy.destroyForcibly().waitFor();
      Servers.await(second.stop());
    }
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("haproxy.log"));
  }

  private Server server(String name) {
    return Servers.start(
        TestSettings.of(
            folder.resolve(name),
            "auth.host",
            "127.0.0.1",
            "ops.host",
            "127.0.0.1",
            "ops.token",
            TOKEN,
            "proxy.protocol",
            "true",
            "proxy.trusted",
            "127.0.0.1/32",
            "guard.perPeerPerMinute",
            "unlimited"));
  }

  /** The configuration as it is, but for addresses that there are not here. */
  private Process start(int port, Server first, Server second) throws IOException {
    String text =
        Files.readString(CONFIGURATION)
            .replace(" resolvers docker", "")
            .replace(" init-addr none", "")
            .replace(" port 8890", "")
            .replace("maxconn 100000", "maxconn 1000")
            .replace("bind :8765", "bind 127.0.0.1:" + freePort())
            .replace("bind :8888", "bind 127.0.0.1:" + port)
            .replace("server echo echo:8765", "server echo " + at(first, Role.ECHO))
            .replace("server auth-1 auth-1:8888", "server auth-1 " + at(first, Role.AUTH))
            .replace("server auth-2 auth-2:8888", "server auth-2 " + at(second, Role.AUTH));
    assertThat(text).doesNotContain("8765", "8888", "8890");
    Path file = Files.writeString(folder.resolve("haproxy.cfg"), text);
    ProcessBuilder haproxy =
        new ProcessBuilder("haproxy", "-db", "-f", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("haproxy.log").toFile());
    haproxy.environment().put("OPS_TOKEN", TOKEN);
    return haproxy.start();
  }

  private static String at(Server server, Role role) {
    return "127.0.0.1:" + server.port(role) + " port " + server.port(Role.OPS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** What a client at 127.0.0.9 is told that shows a bad token; empty where nobody listens. */
  private static String refusal(int port) throws IOException {
    try (Socket client = new Socket()) {
      client.bind(new InetSocketAddress(InetAddress.getByAddress(CLIENT), 0));
      client.setSoTimeout(5_000);
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      client.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException notYet) {
      return "";
    }
  }
}
