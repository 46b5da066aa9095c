package io.drawbridge.edge;

import io.drawbridge.guard.Edge;
import io.drawbridge.guard.Node;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The arrivals of each event loop of one edge: its servers share a port, and the first of them
 * makes the TLS ends for all. Thread-safe.
 */
final class TlsDoors implements Shareable {
  /** One for each event loop that the edge is on. */
  private final Map<Thread, Arrivals> ofLoops = new ConcurrentHashMap<>();

  /** Those of this edge of the process. */
  static TlsDoors of(Vertx vertx, Node node, Edge edge) {
    return vertx
        .sharedData()
        .<String, TlsDoors>getLocalMap("drawbridge.tls")
        .computeIfAbsent(node.name() + '/' + edge.name(), name -> new TlsDoors());
  }

  /**
   * Opens the door of the event loop that this is called on.
   *
   * @return closes it: what comes to this event loop afterwards is closed
   */
  Runnable open(Arrivals arrivals) {
    Thread loop = Thread.currentThread();
    ofLoops.put(loop, arrivals);
    return () -> ofLoops.remove(loop, arrivals);
  }

  /** That of the event loop that this is called on; null where the edge is no longer there. */
  @Nullable Arrivals here() {
    return ofLoops.get(Thread.currentThread());
  }
}
