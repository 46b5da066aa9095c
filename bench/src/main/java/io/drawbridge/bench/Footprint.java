package io.drawbridge.bench;

import java.io.IOException;
import java.util.Locale;

/** What a server takes before any load: time to start, memory, and memory of idle connections. */
final class Footprint {
  private static final String FORMAT = "%-14s %12s %12s %10s %10s %14s %14s";
  private static final double MIB = 1024.0 * 1024.0;

  static final String TITLES =
      String.format(
          Locale.ROOT,
          FORMAT,
          "server",
          "accepts, ms",
          "echoes, ms",
          "heap, MiB",
          "RSS, MiB",
          "heap KiB/idle",
          "RSS KiB/idle");

  private Footprint() {}

  /** Weighs a fresh server; a line under {@link #TITLES}. */
  static String of(ServerProcess server, int connections) throws IOException {
    long heap = server.heap();
    long resident = server.resident();
    String heapEach = "";
    String residentEach = "";
    if (connections > 0) {
      EchoCase load = new EchoCase(16, connections, 1);
      try (LoadGenerator idle = new LoadGenerator(server.address(), load)) {
        heapEach = each(server.heap() - heap, connections);
        residentEach = each(server.resident() - resident, connections);
      }
    }
    return String.format(
        Locale.ROOT,
        FORMAT,
        server.name(),
        server.untilAccepted().toMillis(),
        server.untilAnswered().toMillis(),
        megabytes(heap),
        megabytes(resident),
        heap == 0 ? "" : heapEach,
        residentEach);
  }

  private static String megabytes(long bytes) {
    return bytes == 0 ? "" : String.format(Locale.ROOT, "%.1f", bytes / MIB);
  }

  private static String each(long bytes, int connections) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1024.0 / connections);
  }
}
