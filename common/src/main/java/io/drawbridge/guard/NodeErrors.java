package io.drawbridge.guard;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the event loops of one process share of reporting errors: a sampler for each edge, so that
 * more loops don't write more lines, and the spool. For any thread.
 */
final class NodeErrors {
  /** Peers that an edge tells apart by sampling. */
  private static final int MOST_PEERS = 10_000;

  private static final long SPOOL_BYTES = 64L << 20;

  private final Map<String, Sampler> samplers = new ConcurrentHashMap<>();
  private final Map<Path, Spool> spools = new ConcurrentHashMap<>();

  Sampler sampler(Edge edge, int fullLines) {
    return samplers.computeIfAbsent(edge.name(), name -> new Sampler(fullLines, MOST_PEERS));
  }

  Spool spool(Path data, String node) {
    return spools.computeIfAbsent(data, folder -> new Spool(folder, node, SPOOL_BYTES));
  }
}
