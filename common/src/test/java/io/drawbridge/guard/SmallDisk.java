package io.drawbridge.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own, in memory, that a test can fill; only root may mount one. */
record SmallDisk(Path folder) implements AutoCloseable {

  /** Skips the test, and says why, where nothing can be mounted. */
  static SmallDisk mount(Path folder, String size) throws IOException, InterruptedException {
    Files.createDirectory(folder);
    String fault = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString());
    if (!fault.isEmpty()) {
      String message = "can't mount a tmpfs: " + fault.strip();
      System.out.println("skipped, " + message);
      abort(message);
    }
    return new SmallDisk(folder);
  }

  void remount(String mode) throws IOException {
    try {
      assertThat(run("mount", "-o", "remount," + mode, folder.toString())).isEmpty();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** What it says; nothing where it went well. */
  private static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0 ? "" : text + " ";
  }

  @Override
  public void close() throws IOException, InterruptedException {
    // Lazily: a log that is being closed may still have a file open.
    assertThat(run("umount", "-l", folder.toString())).isEmpty();
  }
}
