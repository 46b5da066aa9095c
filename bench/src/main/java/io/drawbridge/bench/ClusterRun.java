package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench cluster}: what a message costs in clusters of several sizes, and what a node costs
 * that does nothing. All processes share the machine, so that only the processor time counts.
 */
@Command(
    name = "cluster",
    description = "Measures clusters of echo edges and guards, each a process of its own.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ClusterRun implements Callable<Integer> {
  private static final PrintStream OUT = System.out;
  private static final double MIB = 1024.0 * 1024.0;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "EDGESxGUARDS",
      description = "The clusters, each of which is started anew.")
  private List<String> sizes = List.of("1x1", "2x1", "3x1", "1x2", "2x2", "3x2");

  @Option(
      names = "--case",
      paramLabel = "BYTES:CONNECTIONSxIN_FLIGHT",
      description = "The load of each edge.")
  private String load = "16:64x16";

  @Option(names = "--seconds", description = "How long it lasts, after as long a warm-up.")
  private int seconds = 5;

  @Option(names = "--idle", description = "Seconds for which nothing is done, then.")
  private int idle = 10;

  @Option(names = "--java-options", split = " ", description = "The same for each JVM.")
  private List<String> javaOptions = List.of("-Xms256m", "-Xmx256m");

  @Override
  public Integer call() throws Exception {
    OUT.println(
        """
        | edges | guards | messages/s | edges, CPU µs a message | guards, CPU µs a message \
        | idle edge, CPU ms/s | idle guard, CPU ms/s | edge's heap, MiB | guard's heap, MiB |
        |---|---|---|---|---|---|---|---|---|""");
    for (String size : sizes) {
      String[] parts = size.split("x", -1);
      measure(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
    return 0;
  }

  private void measure(int edgeCount, int guardCount) throws Exception {
    ServerKinds kinds = new ServerKinds(javaOptions, 1);
    Path folder = Files.createTempDirectory("drawbridge-bench");
    int port = ServerProcess.freePort();
    List<ServerProcess> guards = new ArrayList<>();
    List<ServerProcess> edges = new ArrayList<>();
    try {
      for (int i = 0; i < guardCount; i++) {
        ServerKind kind = kinds.clusterGuard("guard" + i, port);
        guards.add(ServerProcess.start(kind, folder, accepts -> {}));
      }
      for (int i = 0; i < edgeCount; i++) {
        ServerKind kind = kinds.clusterEcho("echo" + i, port);
        edges.add(ServerProcess.start(kind, folder, LoadGenerator::echoOnce));
      }
      run(edges);
      Duration edgesBefore = cpu(edges);
      Duration guardsBefore = cpu(guards);
      long begin = System.nanoTime();
      long messages = run(edges);
      double elapsed = (System.nanoTime() - begin) / 1e9;
      double edgeMicros = micros(edges, edgesBefore) / messages;
      double guardMicros = micros(guards, guardsBefore) / messages;

      edgesBefore = cpu(edges);
      guardsBefore = cpu(guards);
      Thread.sleep(Duration.ofSeconds(idle).toMillis());
      OUT.printf(
          Locale.ROOT,
          "| %d | %d | %,.0f | %.2f | %.4f | %.1f | %.1f | %.1f | %.1f |%n",
          edgeCount,
          guardCount,
          messages / elapsed,
          edgeMicros,
          guardMicros,
          micros(edges, edgesBefore) / 1e3 / idle / edgeCount,
          micros(guards, guardsBefore) / 1e3 / idle / guardCount,
          edges.get(0).heap() / MIB,
          guards.get(0).heap() / MIB);
    } finally {
      edges.forEach(ServerProcess::close);
      guards.forEach(ServerProcess::close);
    }
  }

  /** All edges at once; how many messages were echoed. */
  private long run(List<ServerProcess> edges)
      throws InterruptedException, ExecutionException, IOException {
    ExecutorService threads = Executors.newFixedThreadPool(edges.size());
    try {
      List<Future<Long>> running = new ArrayList<>();
      for (ServerProcess edge : edges) {
        running.add(threads.submit(() -> run(edge)));
      }
      long messages = 0;
      for (Future<Long> each : running) {
        messages += each.get();
      }
      return messages;
    } finally {
      threads.shutdown();
    }
  }

  private long run(ServerProcess edge) throws IOException {
    try (LoadGenerator clients = new LoadGenerator(edge.address(), EchoCase.parse(load))) {
      return clients.run(Duration.ofSeconds(seconds));
    }
  }

  private static Duration cpu(List<ServerProcess> processes) throws IOException {
    Duration cpu = Duration.ZERO;
    for (ServerProcess each : processes) {
      cpu = cpu.plus(each.cpu());
    }
    return cpu;
  }

  private static double micros(List<ServerProcess> processes, Duration before) throws IOException {
    return cpu(processes).minus(before).toNanos() / 1e3;
  }
}
