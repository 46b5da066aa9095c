package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench connect}: what it costs several servers to take a connection, verify an HS256 token
 * in its first message, answer and close. They take turns in one run, as for {@link
 * EchoComparison}.
 */
@Command(
    name = "connect",
    description = "Compares what it costs several servers to let a client in.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ConnectComparison implements Callable<Integer> {
  private static final PrintStream OUT = System.out;

  @Option(
      names = "--servers",
      split = ",",
      description = "Of drawbridge, go, ws; results are relative to the first.")
  private List<String> servers = List.of("drawbridge", "go", "ws");

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "NAME=JAR",
      description = "Another build of Drawbridge, to measure a change in pairs.")
  private Map<String, String> builds = new LinkedHashMap<>();

  @Option(
      names = "--tokens",
      split = ",",
      description = "How many tokens there are; with few, they come again and again.")
  private List<Integer> tokens = List.of(100_000, 100);

  @Option(names = "--clients", description = "How many come at once.")
  private int clients = 8;

  @Option(names = "--rounds", description = "How often each server meets each case.")
  private int rounds = 3;

  @Option(names = "--seconds", description = "How long it then lasts.")
  private int seconds = 3;

  @Option(names = "--warmup", description = "Seconds of each case before the first round.")
  private int warmup = 5;

  @Option(names = "--loops", description = "Event loops of each server; npm's ws has one.")
  private int loops = 1;

  @Option(names = "--java-options", split = " ", description = "The same for each JVM.")
  private List<String> javaOptions = List.of("-Xms512m", "-Xmx512m");

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    List<ServerProcess> running = new ArrayList<>();
    try {
      start(running);
      List<String> names = running.stream().map(ServerProcess::name).toList();
      Results results = new Results("connection", names, tokens.stream().map(this::load).toList());
      for (int count : tokens) {
        compare(new ConnectTraffic(count), load(count), running, results);
      }
      OUT.println(results.table());
      return 0;
    } finally {
      running.forEach(ServerProcess::close);
    }
  }

  private String load(int count) {
    return count + " tokens";
  }

  private void start(List<ServerProcess> running) throws IOException, InterruptedException {
    ConnectTraffic probe = new ConnectTraffic(1);
    ServerKinds known = new ServerKinds(javaOptions, loops);
    List<ServerKind> kinds = new ArrayList<>(servers.stream().map(known::secure).toList());
    builds.forEach((name, jar) -> kinds.add(known.secureDrawbridge(name, jar)));
    ServerProcess.startAll(kinds, kind -> server -> probe.connect(server, 0), running);
  }

  private void compare(
      ConnectTraffic traffic, String load, List<ServerProcess> running, Results results)
      throws IOException, InterruptedException, ExecutionException {
    for (ServerProcess server : running) {
      measure(traffic, server, warmup);
    }
    for (int round = 0; round < rounds; round++) {
      for (ServerProcess server : running) {
        results.add(load, server.name(), measure(traffic, server, seconds));
      }
    }
    OUT.println(results.rounds(load));
  }

  private Results.Sample measure(ConnectTraffic traffic, ServerProcess server, int time)
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      AtomicLong count = new AtomicLong();
      Duration before = server.cpu();
      long begin = System.nanoTime();
      long end = begin + Duration.ofSeconds(time).toNanos();
      Callable<Void> client =
          () -> {
            while (System.nanoTime() < end) {
              traffic.connect(server.address(), count.getAndIncrement());
            }
            return null;
          };
      for (Future<Void> done : threads.invokeAll(java.util.Collections.nCopies(clients, client))) {
        done.get();
      }
      double elapsed = (System.nanoTime() - begin) / 1e9;
      double cpu = server.cpu().minus(before).toNanos() / 1e3;
      return new Results.Sample(cpu / count.get(), count.get() / elapsed);
    } finally {
      threads.shutdownNow();
    }
  }
}
