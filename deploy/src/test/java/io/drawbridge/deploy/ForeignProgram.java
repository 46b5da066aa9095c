package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/** Runs programs that need not be installed, except in continuous integration. */
public final class ForeignProgram {
  /** Where the clients lie that are made with packages that we did not write. */
  static final Path CLIENTS = Path.of("src", "test", "clients").toAbsolutePath();

  private static final long PATIENCE_SECONDS = 30;

  /** How it ended, and what it wrote. */
  record Outcome(int status, String text) {}

  private ForeignProgram() {}

  /** Skips the test where a program fails, or fails it where the variable {@code CI} is set. */
  public static void needs(String what, Path directory, String... probe)
      throws InterruptedException {
    String fault;
    try {
      Outcome outcome = run(directory, List.of(probe));
      if (outcome.status() == 0) {
        return;
      }
      fault = outcome.text().strip();
    } catch (IOException e) {
      fault = String.valueOf(e.getMessage());
    }
    String message = "needs " + what + ": " + fault;
    if (System.getenv("CI") != null) {
      fail(message);
    }
    throw skipped(message);
  }

  /** To be thrown: the test is left out. Prints why. */
  public static TestAbortedException skipped(String why) {
    System.out.println("skipped, " + why);
    return new TestAbortedException(why);
  }

  /**
   * Runs a program until it brings about a result, in some other way than by its output, or does
   * not in time; ends it and all that it started.
   */
  public static String during(Path directory, List<String> line, BlockingQueue<String> results)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return String.valueOf(results.poll(2 * PATIENCE_SECONDS, TimeUnit.SECONDS));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  static Outcome run(Path directory, List<String> line) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(text).isTrue();
      return new Outcome(process.exitValue(), text);
    } finally {
      process.destroyForcibly();
    }
  }
}
