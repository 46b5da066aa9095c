package io.drawbridge.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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

  private final SpoolFolder folder;
  private final long capacity;
  private final AtomicReference<@Nullable Object> leader = new AtomicReference<>();

  /** The files, the oldest first. */
  private final ArrayDeque<Path> segments = new ArrayDeque<>();

  private volatile boolean holds;
  private int users;
  private boolean adopted;
  private long bytes;

  /** How many events the newest file has; it is full where none may be added. */
  private int inNewest = SEGMENT_EVENTS;

  /**
   * @param capacity bytes, over which no more events are taken
   */
  Spool(Path data, String node, long capacity) {
    this.folder = new SpoolFolder(data, node);
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
      segments.add(folder.next());
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
    SpoolFolder.append(segments.getLast(), lines.toString().getBytes(US_ASCII));
    inNewest += count;
    bytes += lines.length();
    tellHolding(count > 0 || holds);
    return count;
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
    if (!folder.isOpen()) {
      add(folder.open());
    }
  }

  /** Behind what is here. */
  private void add(List<Path> files) throws IOException {
    for (Path file : files) {
      segments.add(file);
      bytes += Files.size(file);
      inNewest = SEGMENT_EVENTS;
    }
    tellHolding(!segments.isEmpty());
  }

  private void adopt() throws IOException {
    for (Path each : folder.all()) {
      open();
      if (!folder.isOwn(each)) {
        add(folder.takeOver(each));
      }
    }
    if (segments.isEmpty()) {
      release();
    }
  }

  private void release() throws IOException {
    segments.clear();
    bytes = 0;
    inNewest = SEGMENT_EVENTS;
    holds = false;
    folder.close();
  }
}
