package io.drawbridge.deploy.connect;

import io.drawbridge.config.OwnerOnly;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jline.reader.impl.history.DefaultHistory;
import org.jspecify.annotations.Nullable;

/** The lines that were typed, without those that may have a token in them. */
public final class TypedHistory extends DefaultHistory {
  private static final int LONGEST = 4 * 1024;

  /** A command or an envelope that brings a token, or what looks like one, wherever it stands. */
  private static final Pattern SECRET =
      Pattern.compile(
          "^\\s*/tok|\\beyJ|[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*|token|bearer|authorization|password"
              + "|secret|\"type\"\\s*:\\s*\"auth\"",
          Pattern.CASE_INSENSITIVE);

  @Override
  public void add(Instant time, String line) {
    if (mayBeKept(line)) {
      super.add(time, line);
    }
  }

  static boolean mayBeKept(String line) {
    return line.length() <= LONGEST && !SECRET.matcher(line).find();
  }

  /**
   * The file to keep lines in, made if it is missing, readable by its owner alone; null where none
   * can be made.
   *
   * @param environment for XDG_STATE_HOME
   */
  public static @Nullable Path file(Map<String, String> environment, Path home) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // The XDG specification: a relative path is to be ignored.
    Path folder =
        Path.of(state).isAbsolute() ? Path.of(state) : home.resolve(".local").resolve("state");
    Path file = folder.resolve("drawbridge").resolve("connect-history");
    try {
      Files.createDirectories(file.getParent(), OwnerOnly.FOLDER);
      Files.createFile(file, OwnerOnly.FILE);
    } catch (FileAlreadyExistsException e) {
      // From the last time.
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
    return Files.isWritable(file) ? file : null;
  }
}
