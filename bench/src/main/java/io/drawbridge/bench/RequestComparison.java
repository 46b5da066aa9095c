package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench requests}: what it costs several servers to pass a client's request on to a service
 * on the event bus and its answer back, and how long the slowest hundredth takes when the requests
 * come at half of the rate that it can do, whether or not the ones before are answered.
 */
@Command(
    name = "requests",
    description = "Compares what a request to the event bus costs several servers.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class RequestComparison implements Callable<Integer> {
  private static final PrintStream OUT = System.out;
  private static final String FULL = "full load";

  @Option(
      names = "--servers",
      split = ",",
      description = "Of drawbridge, sockjs; results are relative to the first.")
  private List<String> servers = List.of("drawbridge", "sockjs");

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "NAME=JAR",
      description = "Another build of Drawbridge, to measure a change in pairs.")
  private Map<String, String> builds = new LinkedHashMap<>();

  @Option(names = "--clients", description = "How many; at full load each awaits one answer.")
  private int clients = 64;

  @Option(names = "--body", description = "Characters of a request's body.")
  private int body = 64;

  @Option(names = "--rounds", description = "How often each server's turn comes.")
  private int rounds = 5;

  @Option(names = "--seconds", description = "How long each load then lasts.")
  private int seconds = 3;

  @Option(names = "--warmup", description = "Seconds at full load before the first round.")
  private int warmup = 8;

  @Option(names = "--loops", description = "Event loops of each server.")
  private int loops = 1;

  @Option(names = "--java-options", split = " ", description = "The same for each JVM.")
  private List<String> javaOptions = List.of("-Xms512m", "-Xmx512m");

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<ServerProcess> running = new ArrayList<>();
    try {
      start(running);
      List<String> names = running.stream().map(ServerProcess::name).toList();
      Results results = new Results("round trip", names, List.of(FULL));
      Map<String, List<Double>> slowest = new LinkedHashMap<>();
      for (ServerProcess server : running) {
        fullLoad(server, warmup);
      }
      for (int round = 0; round < rounds; round++) {
        for (ServerProcess server : running) {
          Results.Sample full = fullLoad(server, seconds);
          results.add(FULL, server.name(), full);
          slowest
              .computeIfAbsent(server.name(), fresh -> new ArrayList<>())
              .add(halfLoad(server, full.rate() / 2));
        }
      }
      OUT.println(results.rounds(FULL));
      OUT.println(results.table());
      slowest.forEach(RequestComparison::tell);
      return 0;
    } finally {
      running.forEach(ServerProcess::close);
    }
  }

  private static void tell(String server, List<Double> slowest) {
    OUT.printf(
        Locale.ROOT,
        "%-14s p99 at half the rate: %.2f ms, of %s%n",
        server,
        Results.median(slowest),
        slowest.stream().map(each -> String.format(Locale.ROOT, "%.2f", each)).toList());
  }

  private void start(List<ServerProcess> running) throws IOException, InterruptedException {
    ServerKinds known = new ServerKinds(javaOptions, loops);
    List<ServerKind> kinds = new ArrayList<>(servers.stream().map(known::bus).toList());
    builds.forEach((name, jar) -> kinds.add(known.busDrawbridge(name, jar)));
    ServerProcess.startAll(
        kinds, kind -> address -> BusTraffic.subscribe(kind.name(), address).close(), running);
  }

  private BusClients crowd(ServerProcess server) throws IOException {
    List<SocketChannel> channels = new ArrayList<>();
    ByteBuffer answer = ByteBuffer.allocate(0);
    for (int i = 0; i < clients; i++) {
      SocketChannel channel = BusTraffic.enter(server.name(), server.address());
      answer = BusTraffic.ask(channel, BusTraffic.request(body));
      channels.add(channel);
    }
    BusClients crowd = new BusClients(answer);
    for (SocketChannel channel : channels) {
      crowd.add(channel);
    }
    return crowd;
  }

  /** Each client asks again as soon as it is answered. */
  private Results.Sample fullLoad(ServerProcess server, int time) throws IOException {
    ByteBuffer request = BusTraffic.request(body);
    try (BusClients crowd = crowd(server)) {
      Duration before = server.cpu();
      long begin = System.nanoTime();
      long end = begin + Duration.ofSeconds(time).toNanos();
      crowd.onArrival(client -> client.send(request));
      for (BusClients.Client client : crowd.all()) {
        client.send(request);
      }
      while (System.nanoTime() < end) {
        crowd.await(crowd.received() + 1);
      }
      double elapsed = (System.nanoTime() - begin) / 1e9;
      double cpu = server.cpu().minus(before).toNanos() / 1e3;
      return new Results.Sample(cpu / crowd.received(), crowd.received() / elapsed);
    }
  }

  /** In milliseconds from the moment that a request is due, not that it could be sent. */
  private double halfLoad(ServerProcess server, double rate) throws IOException {
    ByteBuffer request = BusTraffic.request(body);
    int total = (int) (rate * seconds);
    double[] took = new double[total];
    int[] answered = {0};
    try (BusClients crowd = crowd(server)) {
      crowd.onArrival(
          client -> took[answered[0]++] = (System.nanoTime() - client.asked.remove()) / 1e6);
      long begin = System.nanoTime();
      for (int sent = 0; sent < total; ) {
        long due = begin + (long) (sent * 1e9 / rate);
        if (System.nanoTime() >= due) {
          BusClients.Client client = crowd.all().get(sent++ % clients);
          client.asked.add(due);
          client.send(request);
        } else {
          crowd.poll(due);
        }
      }
      crowd.await(total);
    }
    java.util.Arrays.sort(took);
    return took[(int) (total * 0.99)];
  }
}
