package io.drawbridge.deploy.cli;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The examples, run as their README says. Skipped where what they need is not installed, except in
 * continuous integration (variable {@code CI}), where that is a failure.
 */
@DisplayName("The examples")
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** In the settings of the examples. */
  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  @TempDir private Path folder = Path.of("");
  private final List<AutoCloseable> running = new ArrayList<>();
  private int port;

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  /** One program of another language, and all that it has said. */
  private record Program(Process process, Path out) implements AutoCloseable {
    String said() throws IOException {
      return Files.readString(out);
    }

    /** Types a line; the answer is the last line then. */
    String ask(String item) throws IOException {
      long before = lines();
      type(item);
      await().atMost(PATIENCE).until(() -> lines() > before);
      return said().lines().skip(before).findFirst().orElse("");
    }

    void type(String item) throws IOException {
      process.getOutputStream().write((item + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    private long lines() throws IOException {
      assertThat(process.isAlive()).as(said()).isTrue();
      return said().lines().count();
    }

    /** Asks until this is the answer. */
    Program awaitAnswer(String answer) {
      await().atMost(PATIENCE).until(() -> ask("tea").equals(answer));
      return this;
    }

    /** SIGKILL. */
    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  private Child serve(Map<String, String> environment) throws IOException {
    String settings = EXAMPLES.resolve("drawbridge.yaml").toString();
    Child server = Child.start(folder, environment, "run", "--config", settings);
    running.add(server);
    server.awaitReady();
    port = server.port("auth");
    return server;
  }

  private Path token(String user, String scope, String ttl) throws Exception {
    try (Child command =
        Child.start(folder, Map.of(), "token", "--user", user, "--scope", scope, "--ttl", ttl)) {
      assertThat(command.exitStatus()).as(command.err()).isZero();
      return Files.writeString(folder.resolve(user + ".token"), command.out());
    }
  }

  private Program service(String language, String... more) throws Exception {
    return serving(language, token(language + "-service", "prices.serve", "1h"), more);
  }

  private Program serving(String language, Path token, String... more) throws Exception {
    Program service = run(language, "service", token, more);
    await().atMost(PATIENCE).until(() -> service.said().contains("serving"));
    return service;
  }

  private Program client(String language) throws Exception {
    return run(language, "client", token(language + "-client", "prices.ask", "1h"));
  }

  private Program run(String language, String name, Path token, String... more) throws IOException {
    needs(language);
    List<String> command = new ArrayList<>(command(language, name));
    command.addAll(List.of("ws://localhost:" + port + "/", token.toString()));
    command.addAll(List.of(more));
    Path out = Files.createTempFile(folder, language + "-" + name, ".txt");
    Path err = folder.resolve(out.getFileName() + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(EXAMPLES.resolve(language).toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    Program program = new Program(process, out);
    running.add(program);
    return program;
  }

  private static List<String> command(String language, String name) {
    return switch (language) {
      case "python" -> List.of("/usr/bin/python3", name + ".py");
      case "node" -> List.of("node", name + ".js");
      default ->
          List.of(
              java(),
              "-cp",
              System.getProperty("java.class.path"),
              name.equals("service") ? "PriceService.java" : "PriceClient.java");
    };
  }

  private static void needs(String language) throws IOException {
    boolean there =
        switch (language) {
          case "node" -> Files.exists(EXAMPLES.resolve("node/node_modules/ws"));
          case "python" -> succeeds("/usr/bin/python3", "-c", "import websockets");
          default -> true;
        };
    if (!there && System.getenv("CI") != null) {
      fail("no " + language + " with what the examples need");
    } else if (!there) {
      System.out.println("skipped, no " + language + " with what the examples need");
      abort(language);
    }
  }

  private static boolean succeeds(String... command) throws IOException {
    return new ProcessBuilder(command).start().onExit().join().exitValue() == 0;
  }

  private List<Program> clients() throws Exception {
    return List.of(client("java"), client("node"), client("python"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "node", "java"})
  void aServiceAnswersCallersInAnyLanguageAtOnce(String language) throws Exception {
    serve(Map.of());
    service(language);
    List<Program> clients = clients();

    for (Program client : clients) {
      client.type("coffee");
    }

    for (Program client : clients) {
      await()
          .atMost(PATIENCE)
          .until(() -> client.said().equals("coffee: 310 by " + language + "\n"));
      assertThat(client.ask(""))
          .isEqualTo(": failed, 422 /item: must be at least 1 characters long");
    }
  }

  @Test
  void aServiceThatIsKilledMidRequestFailsItsCallersAndTheNextTakesOver() throws Exception {
    serve(Map.of());
    Program slow = service("python", "60");
    List<Program> clients = clients();
    for (Program client : clients) {
      assertThat(client.ask("")).contains("422");
    }
    for (Program client : clients) {
      client.type("coffee");
    }
    await().atMost(PATIENCE).until(() -> count(slow.said(), "asked for coffee") == 3);

    long killed = System.nanoTime();
    slow.close();

    for (Program client : clients) {
      await()
          .atMost(TIMEOUT)
          .until(
              () ->
                  client
                      .said()
                      .contains(
                          "coffee: failed, 503 The client that served the request is gone\n"));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(TIMEOUT);
    assertThat(clients.get(0).ask("tea")).isEqualTo("tea: failed, -1 Nobody serves this address");
    service("node");
    clients.forEach(client -> client.awaitAnswer("tea: 240 by node"));
  }

  @Test
  void aServiceThatThinksTooLongFailsItsCaller() throws Exception {
    serve(Map.of());
    service("python", "60");
    assertThat(client("python").ask("tea"))
        .isEqualTo("tea: failed, 504 The client that serves the request did not answer in time");
  }

  private static long count(String text, String line) {
    return text.lines().filter(line::equals).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "node", "java"})
  void aServiceGoesOnWithItsNextToken(String language) throws Exception {
    serve(Map.of());
    Path next = token("service", "prices.serve", "1h");
    Path later = Files.move(next, folder.resolve("later.token"));
    Path now = token("service", "prices.serve", "20s");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Program service = serving(language, now);
    Files.move(later, now, ATOMIC_MOVE, REPLACE_EXISTING);
    Program client = client("python").awaitAnswer("tea: 240 by " + language);

    await().atMost(PATIENCE).until(() -> System.nanoTime() > end);

    assertThat(client.ask("tea")).isEqualTo("tea: 240 by " + language);
    assertThat(service.said()).doesNotContain("closed:");
  }

  @Test
  void servicesAndClientsComeBackAfterARestart() throws Exception {
    Child server = serve(Map.of());
    List<Program> clients = clients();
    for (String language : List.of("python", "node", "java")) {
      Program service = service(language);
      clients.forEach(client -> client.awaitAnswer("tea: 240 by " + language));
      server.terminate();
      assertThat(server.exitStatus()).isZero();

      server = serve(Map.of("DRAWBRIDGE_AUTH_PORT", Integer.toString(port)));

      clients.forEach(client -> client.awaitAnswer("tea: 240 by " + language));
      service.close();
    }
  }

  @Test
  void aClientWithoutTheScopeIsToldSo() throws Exception {
    serve(Map.of());
    Path token = token("other", "other", "1h");
    for (String language : List.of("java", "node", "python")) {
      assertThat(run(language, "client", token).ask("tea"))
          .isEqualTo("tea: failed, 403 Access denied");
    }
  }
}
