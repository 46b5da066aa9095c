package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.TestSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Drawbridge in a Java of its own, with the class path of this one. */
final class Child implements AutoCloseable {
  /** The variable that names another configuration of Logback. */
  static final String LOGGING = "LOGGING";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final Path out;
  private final Path err;

  private Child(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Runs with free ports and its files in this folder, by the environment. */
  static Child start(Path folder, Map<String, String> environment, String... arguments)
      throws IOException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    // Not the tests' own, which is on the class path as well.
    String logging = environment.getOrDefault(LOGGING, "logback.xml");
    command.addAll(List.of("-Dlogback.configurationFile=" + logging, "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    TestSettings.values(folder)
        .forEach((path, value) -> builder.environment().put(TestSettings.variable(path), value));
    builder.environment().putAll(environment);
    return new Child(builder.start(), out, err);
  }

  void awaitReady() {
    await()
        .atMost(PATIENCE)
        .until(() -> err().lines().anyMatch(line -> line.endsWith(" - ready")) || isOver());
    assertThat(isOver()).as(err()).isFalse();
  }

  private boolean isOver() {
    return !process.isAlive();
  }

  /** Where a role listens, by what the log says. */
  int port(String role) {
    Matcher line = Pattern.compile(role + " listens on \\w+://localhost:(\\d+)/").matcher(err());
    assertThat(line.find()).as(err()).isTrue();
    return Integer.parseInt(line.group(1));
  }

  /** Standard input, all of it. */
  Child type(String text) throws IOException {
    try (var input = process.outputWriter(StandardCharsets.UTF_8)) {
      input.write(text);
    }
    return this;
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGHUP. */
  void hangUp() throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    exitStatus();
  }

  /** The most memory that it ever had, heap and all else, in bytes; as Linux counts it. */
  long peakMemory() throws IOException {
    Matcher line =
        Pattern.compile("VmHWM:\\s+(\\d+) kB")
            .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
    assertThat(line.find()).isTrue();
    return Long.parseLong(line.group(1)) * 1024;
  }

  int exitStatus() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(err()).isTrue();
    return process.exitValue();
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
