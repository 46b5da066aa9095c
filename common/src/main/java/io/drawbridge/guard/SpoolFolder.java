package io.drawbridge.guard;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.drawbridge.config.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one process in the spool: numbered files, and a lock that its death opens. For its
 * owner alone. Blocks; to be used by one thread at a time.
 */
final class SpoolFolder {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
  private static final String LOCK = "lock";
  private static final String SUFFIX = ".jsonl";

  private final Path spools;
  private final Path folder;

  /** That of the newest file. */
  private int number;

  /** Null while it is not open. */
  private @Nullable FileChannel lock;

  SpoolFolder(Path data, String node) {
    spools = data.resolve("spool");
    folder = spools.resolve(node);
  }

  boolean isOpen() {
    return lock != null;
  }

  /**
   * Makes it, if need be, and locks it.
   *
   * @return the files that stand in it already, the oldest first
   */
  List<Path> open() throws IOException {
    Files.createDirectories(folder, OwnerOnly.FOLDER);
    lock = locked(folder);
    if (lock == null) {
      throw new IOException(folder + " is used by another process");
    }
    List<Path> files = files(folder);
    files.forEach(file -> number = Math.max(number, number(file)));
    return files;
  }

  /** A name for the next file. */
  Path next() {
    return folder.resolve(String.format(Locale.ROOT, "%08d", ++number) + SUFFIX);
  }

  /** Appends all or nothing, so that no half event stands before another. */
  static void append(Path file, byte[] lines) throws IOException {
    try (FileChannel channel = channel(file)) {
      long end = channel.size();
      try {
        ByteBuffer left = ByteBuffer.wrap(lines);
        channel.position(end);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(false);
      } catch (IOException e) {
        channel.truncate(end);
        throw e;
      }
    }
  }

  /** Unlocks it, and removes it when there is nothing in it. */
  void close() throws IOException {
    FileChannel held = lock;
    lock = null;
    if (held != null) {
      try (held) {
        if (Files.isDirectory(folder) && files(folder).isEmpty()) {
          remove(folder);
        }
      }
    }
  }

  // --- what others have left --------------------------------------------------------------------

  /** The folders of the spool: this one first, if it is there, then those of other processes. */
  List<Path> all() throws IOException {
    if (!Files.isDirectory(spools)) {
      return List.of();
    }
    List<Path> all = new ArrayList<>(list(spools));
    all.removeIf(each -> !Files.isDirectory(each));
    if (all.remove(folder)) {
      all.add(0, folder);
    }
    return all;
  }

  boolean isOwn(Path other) {
    return other.equals(folder);
  }

  /**
   * Moves the files of a process that is no more into this folder, which must be open.
   *
   * @return where they are now, the oldest first
   */
  List<Path> takeOver(Path other) {
    List<Path> ours = new ArrayList<>();
    // A lock that can be had is that of a process that is no more.
    try (FileChannel dead = locked(other)) {
      if (dead != null) {
        for (Path left : files(other)) {
          ours.add(Files.move(left, next()));
        }
        remove(other);
      }
    } catch (IOException e) {
      LOG.error("{} can't be taken over: {}", other, e.getMessage());
    }
    return ours;
  }

  private static void remove(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody's own file: theirs to remove.
    }
  }

  private static @Nullable FileChannel locked(Path folder) throws IOException {
    FileChannel channel = channel(folder.resolve(LOCK));
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another one of this very process.
    }
    channel.close();
    return null;
  }

  // --- files ------------------------------------------------------------------------------------

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(file, Set.of(CREATE, WRITE), OwnerOnly.FILE);
  }

  private static int number(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(0, name.length() - SUFFIX.length()));
  }

  private static List<Path> files(Path folder) throws IOException {
    return list(folder).stream()
        .filter(file -> file.getFileName().toString().matches("\\d{8}\\" + SUFFIX))
        .toList();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
