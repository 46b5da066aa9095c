package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.Server;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.edge.TestCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client in a process of its own, against a server that says which token it was brought. */
class ConnectCommandTest {
  private static final Path SCRIPT = Path.of("src", "test", "python", "terminal.py");

  @TempDir private Path folder = Path.of("");
  private Vertx vertx = Vertx.vertx();
  private int port;
  private String token = "";

  @BeforeEach
  void startServer() throws IOException {
    Settings settings = TestSettings.of(folder);
    token = Servers.token(settings, Duration.ZERO);
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("drawbridge"))
            .webSocketHandler(ConnectCommandTest::serve);
    port = Servers.await(server.listen(0, "localhost").toCompletionStage()).actualPort();
  }

  @AfterEach
  void stopServer() {
    Servers.await(vertx.close().toCompletionStage());
  }

  private static void serve(ServerWebSocket socket) {
    socket.textMessageHandler(
        text -> {
          switch (text) {
            case "brought" ->
                socket.writeTextMessage(
                    socket.headers().get("Authorization")
                        + " "
                        + socket.headers().get("Sec-WebSocket-Protocol")
                        + " "
                        + socket.headers().get("Origin"));
            case "bye" -> socket.close((short) 3003, "SESSION_REVOKED [ref 01a2]");
            default -> socket.writeTextMessage(text.startsWith("eyJ") ? "Authenticated!" : text);
          }
        });
    socket.binaryMessageHandler(socket::writeBinaryMessage);
  }

  private String url() {
    return "ws://localhost:" + port + "/";
  }

  private Child connect(String... options) throws IOException {
    List<String> line = new ArrayList<>(List.of("connect", url()));
    line.addAll(List.of(options));
    return Child.start(folder, Map.of(), line.toArray(String[]::new));
  }

  @Test
  void printsOnlyWhatArrives() throws Exception {
    try (Child child = connect().type("héllo\n/ping\n\u001b[2J\n")) {
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).isEqualTo("héllo\n/ping\n\\u001b[2J\n");
      assertThat(child.err()).isEqualTo("open\nclosed 1000, done\n");
    }
  }

  @Test
  void bringsTheTokenByHeader() throws Exception {
    try (Child child = connect("--token", token).type("brought\n")) {
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).isEqualTo("Bearer " + token + " null null\n");
      assertThat(child.err()).startsWith("open as ada\n").doesNotContain(token);
    }
  }

  @Test
  void bringsTheTokenBySubprotocol() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), token + "\n");
    try (Child child =
        connect("--token-file", file.toString(), "--token-as", "subprotocol").type("brought\n")) {
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).isEqualTo("null drawbridge,bearer." + token + " null\n");
      assertThat(child.err()).startsWith("authenticated ada\n");
    }
  }

  @Test
  void bringsTheTokenThatItMadeByMessage() throws Exception {
    try (Child child = connect("--user", "bob", "--token-as", "message").type("hi\n")) {
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).isEqualTo("hi\n");
      assertThat(child.err()).startsWith("open\nauthenticated bob\n");
    }
  }

  @Test
  void failsWhereItIsClosedByAnError() throws Exception {
    try (Child child = connect().type("bye\n")) {
      assertThat(child.exitStatus()).isEqualTo(1);
      assertThat(child.out()).isEmpty();
      assertThat(child.err()).contains("closed 3003 SESSION_REVOKED").contains("Sign in again");
    }
  }

  @Test
  void failsWhereNobodyListens() throws Exception {
    Servers.await(vertx.close().toCompletionStage());
    vertx = Vertx.vertx();

    try (Child child = connect().type("hi\n")) {
      assertThat(child.exitStatus()).isEqualTo(1);
      assertThat(child.err()).startsWith("no connection: Connection refused");
    }
  }

  @Test
  void tellsInOneLineWhyTlsFailed() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    Path ca = Files.writeString(folder.resolve("ca.pem"), certificates.certificate("ca"));
    String cert =
        Files.writeString(folder.resolve("cert.pem"), certificates.certificate("signed"))
            .toString();
    String key =
        Files.writeString(folder.resolve("key.pem"), certificates.key("signed")).toString();
    Settings settings =
        TestSettings.of(folder, "tls.cert", cert, "tls.key", key, "tls.clientCa", ca.toString());
    Server server = Servers.start(settings);
    String at = "://localhost:" + server.port(Role.ECHO) + "/";

    try {
      assertThat(told("ws" + at))
          .isEqualTo(
              "no connection: closed before there was an answer. The server may speak wss alone\n");
      assertThat(told("wss" + at, "--ca", ca.toString()))
          .isEqualTo(
              "no connection: closed before there was an answer. The server may want a"
                  + " certificate: --cert, --key\n");
      assertThat(told("wss" + at)).startsWith("no connection: TLS: ").containsOnlyOnce("\n");
      assertThat(told("wss" + at, "--ca", ca.toString(), "--cert", cert, "--key", key))
          .isEqualTo("open\nclosed 1000, done\n");
    } finally {
      Servers.await(server.stop());
    }
  }

  private String told(String url, String... options) throws Exception {
    List<String> line = new ArrayList<>(List.of("connect", url));
    line.addAll(List.of(options));
    try (Child child = Child.start(folder, Map.of(), line.toArray(String[]::new)).type("hi\n")) {
      assertThat(child.exitStatus()).isEqualTo(child.err().startsWith("open") ? 0 : 1);
      return child.err();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "connect http://localhost/, URL must be",
    "connect ws://localhost/ --token junk, --token is no token",
    "connect ws://localhost/ --token a.b.c --user ada, mutually exclusive",
    "connect ws://localhost/ --token-file no/such, --token-file no/such: can't be read",
    "connect ws://localhost/ --ca pom.xml, --ca",
    "connect wss://localhost/ --ca no.pem, --ca no.pem: can't be read",
    "connect wss://localhost/ --cert pom.xml, --cert and --key",
    "connect ws://localhost/ --token-as url, --token-as",
    "connect ws://localhost/ --wait long, --wait",
  })
  void refusesWrongUsage(String line, String words) {
    Cli cli = Cli.run(line.split(" ", -1));

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains(words);
  }

  /** By Python's pseudo-terminal: the script says what is typed, and after what. */
  @Test
  void talksInATerminal() throws Exception {
    assumeTrue(hasPython(), "there is no python3 to make a terminal with");
    Path state = folder.resolve("state");
    ProcessBuilder builder =
        new ProcessBuilder(
                "python3",
                SCRIPT.toAbsolutePath().toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=logback.xml",
                Main.class.getName(),
                "connect",
                url())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("terminal").toFile());
    builder.environment().put("XDG_STATE_HOME", state.toString());
    builder.environment().put("TOKEN", token);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String screen = Files.readString(folder.resolve("terminal"));
      assertThat(process.exitValue()).as(screen).isZero();
      assertThat(screen)
          .contains("< hello", "- authenticated ada", "- closed 4000: done")
          .doesNotContain("< half a line");
      assertThat(Files.readString(state.resolve("drawbridge/connect-history")))
          .isEqualTo("hello\n/close 4000 done\n/reconnect\n");
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "import pty").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
