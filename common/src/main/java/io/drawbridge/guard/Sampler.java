package io.drawbridge.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Keeps a storm out of the error log: so many full lines a minute for one kind and peer, a count
 * for the rest. No event goes uncounted. Decides only. For any thread: the event loops of an edge
 * share one.
 */
final class Sampler {
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** Stands in for the peer once too many different ones are being told apart. */
  static final String MANY = "*";

  private final int fullLines;
  private final int maxPeers;
  private final Map<Subject, Window> windows = new HashMap<>();

  Sampler(int fullLines, int maxPeers) {
    this.fullLines = fullLines;
    this.maxPeers = maxPeers;
  }

  /** Whom a window counts. */
  record Subject(String kind, String peer) {}

  /** How many were left out of the log in a window that is over. */
  record Suppressed(Subject subject, long count) {}

  private static final class Window {
    private final long ends;
    private long full;
    private long left;

    Window(long ends) {
      this.ends = ends;
    }
  }

  /** Whether this event is written in full; if not, it has been counted. */
  synchronized boolean admits(String kind, String peer, long now) {
    Window window = window(kind, peer, now);
    if (window.full < fullLines) {
      window.full++;
      return true;
    }
    window.left++;
    return false;
  }

  /** Counts events that could not be kept for another reason. */
  synchronized void left(Subject subject, long count, long now) {
    window(subject.kind(), subject.peer(), now).left += count;
  }

  private Window window(String kind, String peer, long now) {
    Subject subject = new Subject(kind, peer);
    if (!windows.containsKey(subject) && windows.size() >= maxPeers) {
      subject = new Subject(kind, MANY);
    }
    return windows.computeIfAbsent(subject, fresh -> new Window(now + WINDOW.toNanos()));
  }

  /** Ends the windows that are over, and tells what each of them left out. */
  List<Suppressed> ended(long now) {
    return drain(window -> now - window.ends >= 0);
  }

  /** Ends all windows, at the end of the process. */
  List<Suppressed> endAll() {
    return drain(window -> true);
  }

  private synchronized List<Suppressed> drain(Predicate<Window> over) {
    List<Suppressed> suppressed = new ArrayList<>();
    windows
        .entrySet()
        .removeIf(
            entry -> {
              if (!over.test(entry.getValue())) {
                return false;
              }
              if (entry.getValue().left > 0) {
                suppressed.add(new Suppressed(entry.getKey(), entry.getValue().left));
              }
              return true;
            });
    return suppressed;
  }
}
