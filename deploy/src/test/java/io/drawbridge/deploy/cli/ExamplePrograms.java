package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.ForeignProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Drawbridge with the settings of the examples, and the examples, which are programs of their own;
 * all end with this. A test is skipped where what a language needs is not installed.
 */
final class ExamplePrograms implements AutoCloseable {
  static final Path FOLDER = Path.of("examples").toAbsolutePath();
  static final List<String> LANGUAGES = List.of("python", "node", "java");
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final List<AutoCloseable> running = new ArrayList<>();
  private int port;

  /**
   * @param folder for all that is written
   */
  ExamplePrograms(Path folder) {
    this.folder = folder;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  /** One program of another language, and all that it has said. */
  record Program(Process process, Path out) implements AutoCloseable {
    String said() throws IOException {
      return Files.readString(out);
    }

    /** Types a line; the answer is the next line then. */
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
      return said().chars().filter(each -> each == '\n').count();
    }

    /** Asks until this is the answer. */
    void awaitAnswer(String answer) {
      await().atMost(PATIENCE).until(() -> ask("tea").equals(answer));
    }

    /** SIGKILL. */
    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  /** Starts a server; the programs that are run from now on talk to this one. */
  Child serve(Map<String, String> environment) throws IOException {
    String settings = FOLDER.resolve("drawbridge.yaml").toString();
    Child server = Child.start(folder, environment, "run", "--config", settings);
    running.add(server);
    server.awaitReady();
    port = server.port("auth");
    return server;
  }

  int port() {
    return port;
  }

  /** A file with a token. */
  Path token(String user, String scope, String ttl) throws IOException {
    Path settings = folder.resolve("token.yaml");
    Files.writeString(settings, "data: '" + folder.resolve("data") + "'\n");
    Cli command =
        Cli.run(
            "token",
            "--config",
            settings.toString(),
            "--user",
            user,
            "--scope",
            scope,
            "--ttl",
            ttl);
    assertThat(command.status()).as(command.err()).isZero();
    return Files.writeString(folder.resolve(user + ".token"), command.out());
  }

  Program service(String language, String... more) throws Exception {
    return serving(run(language, "service", token(language, "prices.serve", "1h"), more));
  }

  /** Waits until it serves. */
  static Program serving(Program service) {
    await().atMost(PATIENCE).until(() -> service.said().contains("serving"));
    return service;
  }

  Program client(String language) throws Exception {
    return run(language, "client", token(language + "-client", "prices.ask", "1h"));
  }

  /** A program on the clustered event bus. */
  Program onTheBus(String source, int clusterPort) throws Exception {
    List<String> java = command("java", "service");
    List<String> command = new ArrayList<>(java.subList(0, java.size() - 1));
    command.add(1, "-Dvertx.hazelcast.config=cluster.xml");
    command.add(1, "-Ddrawbridge.node=127.0.0.1:" + clusterPort);
    command.add(source);
    return start("java", source, command);
  }

  /** One of each language. */
  List<Program> clients() throws Exception {
    List<Program> clients = new ArrayList<>();
    for (String language : LANGUAGES) {
      clients.add(client(language));
    }
    return clients;
  }

  /**
   * @param name service or client
   */
  Program run(String language, String name, Path token, String... more) throws Exception {
    needs(language);
    List<String> command = new ArrayList<>(command(language, name));
    command.addAll(List.of("ws://localhost:" + port + "/", token.toString()));
    command.addAll(List.of(more));
    return start(language, name, command);
  }

  private Program start(String language, String name, List<String> command) throws IOException {
    Path out = Files.createTempFile(folder, language + "-" + name, ".txt");
    Path err = folder.resolve(out.getFileName() + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(FOLDER.resolve(language).toFile())
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
      default -> {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String source = name.equals("service") ? "PriceService.java" : "PriceClient.java";
        String classes = System.getProperty("java.class.path");
        yield List.of(java, "-XX:TieredStopAtLevel=1", "-cp", classes, source);
      }
    };
  }

  private static void needs(String language) throws InterruptedException {
    Path at = FOLDER.resolve(language);
    if (language.equals("node")) {
      ForeignProgram.needs("npm ci in " + at, at, "node", "-e", "import('ws')");
    } else if (language.equals("python")) {
      ForeignProgram.needs(
          "Debian's package python3-websockets", at, "/usr/bin/python3", "-c", "import websockets");
    }
  }
}
