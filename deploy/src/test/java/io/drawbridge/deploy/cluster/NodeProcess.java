package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.JdkClient;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.deploy.cli.Main;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster: {@code drawbridge run} in a Java of its own, which a test can kill, freeze
 * and ask. {@link Nodes} starts it.
 */
public final class NodeProcess implements AutoCloseable {
  /** Several Javas start at once on a machine that has better things to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final Path log;
  private final Process process;
  private final Map<String, String> settings;
  private final Network.@Nullable Place place;

  private NodeProcess(
      Path folder,
      Path log,
      Process process,
      Map<String, String> settings,
      Network.@Nullable Place place) {
    this.folder = folder;
    this.log = log;
    this.process = process;
    this.settings = settings;
    this.place = place;
  }

  /**
   * Starts it, and does not wait.
   *
   * @param folder is its own; a node that is started there again goes on with the same files
   * @param settings by dotted path
   * @param place null for this machine's own network
   */
  static NodeProcess launch(
      Path folder, Map<String, String> settings, Network.@Nullable Place place) throws IOException {
    Path log = Files.createTempFile(Files.createDirectories(folder), "log", ".txt");
    List<String> command = new ArrayList<>(place == null ? List.of() : place.command());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Not the tests' own log settings, which are on the class path as well.
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Dlogback.configurationFile=logback.xml",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "run",
            "--cluster"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    settings.forEach(
        (path, value) -> builder.environment().put(TestSettings.variable(path), value));
    Process process = builder.start();
    // A test run that is broken off leaves nothing behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new NodeProcess(folder, log, process, settings, place);
  }

  /** Another one with its settings, its files and its place. */
  NodeProcess again() throws IOException {
    return launch(folder, settings, place);
  }

  /** Where it is reached. */
  String host() {
    return place == null ? "localhost" : place.address();
  }

  // --- what it says -----------------------------------------------------------------------------

  /** Fails when it ends instead. */
  public NodeProcess awaitReady() {
    await()
        .atMost(PATIENCE)
        .until(() -> lines().stream().anyMatch(line -> line.endsWith(" - ready")) || isOver());
    assertThat(isOver()).as(log()).isFalse();
    return this;
  }

  /** Waits until a line of its log holds this. */
  public NodeProcess awaitLog(String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(log()).as("the log of " + folder).contains(text));
    return this;
  }

  /** The process log so far, standard output included. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<String> lines() {
    return log().lines().toList();
  }

  /** The events in the error log of its guard, oldest first; none where it has not written yet. */
  public List<JsonObject> events() {
    Path events = TestSettings.log(folder);
    try {
      return Files.exists(events)
          ? Files.readAllLines(events).stream().map(JsonObject::new).toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The files of events that it keeps for a guard to come. */
  public List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("data").resolve("spool"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** What it calls itself in logs, events and headers. */
  public String name() {
    return found("\\b(node-[0-9a-f]{8}) is in the cluster");
  }

  /** Where a role listens. */
  public int port(String role) {
    return Integer.parseInt(found(role + " listens on \\w+://[^:]+:(\\d+)/"));
  }

  private String found(String regex) {
    Matcher line = Pattern.compile(regex).matcher(log());
    assertThat(line.find()).as(regex + " in " + log()).isTrue();
    return line.group(1);
  }

  // --- asking it --------------------------------------------------------------------------------

  /** A client of one of its edges. */
  public JdkClient connect(String edge) {
    return JdkClient.connect(port(edge));
  }

  public boolean isReady() {
    return get("/readyz").statusCode() == 200;
  }

  /** One check of {@code /readyz}, which needs the role ops. */
  public JsonObject check(String id) {
    JsonArray checks = new JsonObject(get("/readyz").body()).getJsonArray("checks");
    return checks.stream()
        .map(JsonObject.class::cast)
        .filter(check -> check.getString("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no check " + id + " in " + checks.encode()));
  }

  /** Waits until it counts so many nodes, itself among them; needs the role ops. */
  public NodeProcess awaitNodes(int count) {
    await()
        .atMost(PATIENCE)
        .until(() -> check("cluster").getJsonObject("data").getInteger("nodes") == count);
    return this;
  }

  /** The value of a metric without labels, or with them as they are written; needs the role ops. */
  public double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  private HttpResponse<String> get(String path) {
    String token = settings.get("ops.token");
    return token == null
        ? Servers.get(host(), port("ops"), path)
        : Servers.get(host(), port("ops"), path, "Authorization", "Bearer " + token);
  }

  public long pid() {
    return process.pid();
  }

  // --- what happens to it -----------------------------------------------------------------------

  /** SIGTERM, and its end; returns the exit status. */
  public int stop() throws InterruptedException {
    process.destroy();
    return exitStatus();
  }

  /** SIGTERM alone. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL: no goodbye, its sockets break. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    exitStatus();
  }

  /** SIGSTOP: its sockets stay, and nobody answers there. */
  public void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  public int exitStatus() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(log()).isTrue();
    return process.exitValue();
  }

  public boolean isOver() {
    return !process.isAlive();
  }

  /** Kills it, frozen or not. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
