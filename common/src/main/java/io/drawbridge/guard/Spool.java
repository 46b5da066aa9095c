package io.drawbridge.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Error events on disk, while the guard is silent and over the end of the process: files of JSON
 * lines in {@code spool/<node>} of the data folder, which a lock marks as those of a live process.
 * What a dead one has left is taken over.
 *
 * <p>One for all edges of a process. Blocks, but for {@link #holds} and {@link #lead}.
 */
final class Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /** Half of what the guard remembers of ids: as much is handed over twice after a kill. */
  private static final int SEGMENT_EVENTS = 2_000;

  private static final String LOCK = "lock";
  private static final String SUFFIX = ".jsonl";

  private final Path spools;
  private final Path folder;
  private final long capacity;
  private final AtomicReference<@Nullable Object> leader = new AtomicReference<>();

  /** The files, the oldest first. */
  private final ArrayDeque<Path> segments = new ArrayDeque<>();

  private volatile boolean holds;
  private int users;
  private boolean adopted;
  private long bytes;
  private int number;

  /** How many events the newest file has; it is full where none may be added. */
  private int inNewest = SEGMENT_EVENTS;

  /** Open while there are files. */
  private @Nullable FileChannel lock;

  /**
   * @param capacity bytes, over which no more events are taken
   */
  Spool(Path data, String node, long capacity) {
    this.spools = data.resolve("spool");
    this.folder = spools.resolve(node);
    this.capacity = capacity;
  }

  /** Events of one file, to be removed as a whole. */
  record Segment(Path file, List<ErrorEvent> events) {}

  /** Whether there are events to hand over. */
  boolean holds() {
    return holds;
  }

  /** Whether it is this one who hands events over, which only one does at a time. */
  boolean lead(Object who) {
    return leader.get() == who || leader.compareAndSet(null, who);
  }

  /** Begins to use it; the first one takes over what dead processes have left. */
  synchronized void enter() throws IOException {
    users++;
    if (!adopted) {
      adopted = true;
      adopt();
    }
  }

  /** Ends to use it; the last one leaves what is in it to the next process. */
  synchronized void leave(Object who) throws IOException {
    leader.compareAndSet(who, null);
    if (--users == 0) {
      adopted = false;
      release();
    }
  }

  // --- in ---------------------------------------------------------------------------------------

  /**
   * Writes events behind those that are there.
   *
   * @param over bytes that it may take over its capacity
   * @return how many of them were taken, from the first on; fewer than all when it is full
   * @throws IOException when some were not, and it is not known which
   */
  synchronized int append(List<ErrorEvent> events, long over) throws IOException {
    open();
    int taken = 0;
    try {
      int count;
      do {
        count = appendToOne(events.subList(taken, events.size()), over);
        taken += count;
      } while (count > 0 && taken < events.size());
    } catch (NoSuchFileException e) {
      // Somebody has removed the folder: the next time it is made again.
      release();
      throw e;
    }
    return taken;
  }

  private int appendToOne(List<ErrorEvent> events, long over) throws IOException {
    if (inNewest >= SEGMENT_EVENTS) {
      segments.add(folder.resolve(name(++number)));
      inNewest = 0;
    }
    StringBuilder lines = new StringBuilder();
    int count = 0;
    for (ErrorEvent event : events) {
      String line = ErrorLog.json(event) + '\n';
      if (inNewest + count >= SEGMENT_EVENTS
          || bytes + lines.length() + line.length() > capacity + over) {
        break;
      }
      lines.append(line);
      count++;
    }
    write(segments.getLast(), lines.toString().getBytes(US_ASCII));
    inNewest += count;
    bytes += lines.length();
    tellHolding(count > 0 || holds);
    return count;
  }

  /** All or nothing, so that no half event stands before another. */
  private static void write(Path file, byte[] lines) throws IOException {
    try (FileChannel channel = open(file)) {
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

  private void tellHolding(boolean now) {
    if (now && !holds) {
      LOG.warn("error events are kept in {} until the guard takes them", folder);
    } else if (!now && holds) {
      LOG.info("all error events of {} were handed over", folder);
    }
    holds = now;
  }

  // --- out --------------------------------------------------------------------------------------

  /** The events that came first; null when there are none. */
  synchronized @Nullable Segment oldest() {
    while (!segments.isEmpty()) {
      Path file = segments.getFirst();
      if (segments.size() == 1) {
        inNewest = SEGMENT_EVENTS;
      }
      try {
        return new Segment(file, events(file));
      } catch (NoSuchFileException e) {
        segments.removeFirst();
      } catch (IOException e) {
        LOG.error("{} can't be read and is left where it is: {}", file, e.getMessage());
        segments.removeFirst();
      }
    }
    tellHolding(false);
    return null;
  }

  private static List<ErrorEvent> events(Path file) throws IOException {
    List<ErrorEvent> events = new ArrayList<>();
    int damaged = 0;
    String text = new String(Files.readAllBytes(file), US_ASCII);
    for (String line : text.split("\n", -1)) {
      try {
        if (!line.isEmpty()) {
          events.add(ErrorEvent.fromJson(new JsonObject(line)));
        }
      } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
        damaged++;
      }
    }
    if (damaged > 0) {
      LOG.warn("{}: {} damaged lines were left out", file, damaged);
    }
    return events;
  }

  /** Once the guard has all of its events. */
  synchronized void remove(Segment segment) throws IOException {
    if (segment.file().equals(segments.peekFirst())) {
      segments.removeFirst();
    }
    bytes -= Files.exists(segment.file()) ? Files.size(segment.file()) : 0;
    Files.deleteIfExists(segment.file());
    if (segments.isEmpty()) {
      bytes = 0;
      leader.set(null);
      tellHolding(false);
      release();
    }
  }

  // --- the folder -------------------------------------------------------------------------------

  private void open() throws IOException {
    if (lock != null) {
      return;
    }
    Files.createDirectories(folder, ownerOnly("rwx------"));
    lock = locked(folder);
    if (lock == null) {
      throw new IOException(folder + " is used by another process");
    }
    for (Path left : files(folder)) {
      segments.add(left);
      bytes += Files.size(left);
      number = Math.max(number, number(left));
    }
    inNewest = SEGMENT_EVENTS;
    tellHolding(!segments.isEmpty());
  }

  private void adopt() throws IOException {
    if (!Files.isDirectory(spools)) {
      return;
    }
    if (Files.isDirectory(folder)) {
      open();
    }
    for (Path other : list(spools)) {
      if (Files.isDirectory(other) && !other.equals(folder)) {
        try {
          adopt(other);
        } catch (IOException e) {
          LOG.error("{} can't be taken over: {}", other, e.getMessage());
        }
      }
    }
  }

  /** A lock that can be had is that of a process that is no more. */
  private void adopt(Path other) throws IOException {
    try (FileChannel dead = locked(other)) {
      if (dead == null) {
        return;
      }
      for (Path left : files(other)) {
        open();
        Path ours = folder.resolve(name(++number));
        Files.move(left, ours);
        segments.add(ours);
        bytes += Files.size(ours);
        tellHolding(true);
      }
      removeFolder(other);
    }
  }

  private void release() throws IOException {
    FileChannel held = lock;
    if (held != null) {
      lock = null;
      try (held) {
        if (segments.isEmpty()) {
          removeFolder(folder);
        }
      }
    }
    segments.clear();
    bytes = 0;
    inNewest = SEGMENT_EVENTS;
    holds = false;
  }

  private static void removeFolder(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder.resolve(LOCK));
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody's own file: theirs to remove.
    }
  }

  private static @Nullable FileChannel locked(Path folder) throws IOException {
    FileChannel channel = open(folder.resolve(LOCK));
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

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, Set.of(CREATE, WRITE), ownerOnly("rw-------"));
  }

  private static FileAttribute<?> ownerOnly(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "%08d", number) + SUFFIX;
  }

  private static int number(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(0, name.length() - SUFFIX.length()));
  }

  /** The files of events in a folder, the oldest first. */
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
}
