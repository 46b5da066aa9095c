package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench fanout}: what it costs several servers to pass one client's message on to many. They
 * take turns in one run, as for {@link EchoComparison}; in each turn the same number of clients
 * comes, registers and goes.
 */
@Command(
    name = "fanout",
    description = "Compares what a message costs several servers that goes to many clients.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class FanOutComparison implements Callable<Integer> {
  private static final PrintStream OUT = System.out;

  @Option(
      names = "--servers",
      split = ",",
      description = "Of drawbridge, sockjs, ws; results are relative to the first.")
  private List<String> servers = List.of("drawbridge", "sockjs", "ws");

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "NAME=JAR",
      description = "Another build of Drawbridge, to measure a change in pairs.")
  private Map<String, String> builds = new LinkedHashMap<>();

  @Option(
      names = "--subscribers",
      description = "How many get each; both processes need as many open files and some.")
  private int subscribers = 10_000;

  @Option(
      names = "--bursts",
      split = ",",
      description = "Messages that are published at once; the next ones when all have all.")
  private List<Integer> bursts = List.of(1, 20);

  @Option(names = "--body", description = "Characters of a message's body.")
  private int body = 64;

  @Option(names = "--rounds", description = "How often each server's turn comes.")
  private int rounds = 3;

  @Option(names = "--seconds", description = "How long each load then lasts.")
  private int seconds = 3;

  @Option(names = "--warmup", description = "Seconds of each load before the first round.")
  private int warmup = 5;

  @Option(names = "--loops", description = "Event loops of each server; npm's ws has one.")
  private int loops = 1;

  @Option(names = "--java-options", split = " ", description = "The same for each JVM.")
  private List<String> javaOptions = List.of("-Xms1g", "-Xmx1g");

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    List<ServerProcess> running = new ArrayList<>();
    try {
      start(running);
      List<String> names = running.stream().map(ServerProcess::name).toList();
      Results results =
          new Results("delivered message", names, bursts.stream().map(this::load).toList());
      for (int round = 0; round <= rounds; round++) {
        for (ServerProcess server : running) {
          turn(server, round == 0 ? warmup : seconds, round == 0 ? null : results);
        }
      }
      bursts.forEach(burst -> OUT.println(results.rounds(load(burst))));
      OUT.println(results.table());
      return 0;
    } finally {
      running.forEach(ServerProcess::close);
    }
  }

  private String load(int burst) {
    return burst + " at once";
  }

  private void start(List<ServerProcess> running) throws IOException, InterruptedException {
    ServerKinds known = new ServerKinds(javaOptions, loops);
    List<ServerKind> kinds = new ArrayList<>(servers.stream().map(known::bus).toList());
    builds.forEach((name, jar) -> kinds.add(known.busDrawbridge(name, jar)));
    ServerProcess.startAll(
        kinds, kind -> address -> BusTraffic.subscribe(kind.name(), address).close(), running);
  }

  /** All loads, one after the other, for a crowd of its own. */
  private void turn(ServerProcess server, int time, @org.jspecify.annotations.Nullable Results to)
      throws IOException, InterruptedException, ExecutionException {
    try (SocketChannel publisher = BusTraffic.enter(server.name(), server.address());
        BusClients crowd = crowd(server, delivered(server, publisher))) {
      for (int burst : bursts) {
        measure(server, crowd, publisher, Duration.ofMillis(500), burst);
        Results.Sample sample = measure(server, crowd, publisher, Duration.ofSeconds(time), burst);
        if (to != null) {
          to.add(load(burst), server.name(), sample);
        }
      }
    }
  }

  private BusClients crowd(ServerProcess server, ByteBuffer delivered)
      throws IOException, InterruptedException, ExecutionException {
    BusClients crowd = new BusClients(delivered);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<SocketChannel> joining = () -> BusTraffic.subscribe(server.name(), server.address());
      for (Future<SocketChannel> one :
          threads.invokeAll(Collections.nCopies(subscribers, joining))) {
        crowd.add(one.get());
      }
      return crowd;
    } finally {
      threads.shutdownNow();
    }
  }

  /** What subscribers get of this publisher: Drawbridge tells them who it is. */
  private ByteBuffer delivered(ServerProcess server, SocketChannel publisher) throws IOException {
    try (SocketChannel first = BusTraffic.subscribe(server.name(), server.address())) {
      publisher.write(BusTraffic.publish(body));
      return BusTraffic.answer(first);
    }
  }

  private Results.Sample measure(
      ServerProcess server, BusClients crowd, SocketChannel publisher, Duration time, int burst)
      throws IOException {
    ByteBuffer one = BusTraffic.publish(body);
    ByteBuffer all = ByteBuffer.allocateDirect(one.remaining() * burst);
    Collections.nCopies(burst, one).forEach(each -> all.put(each.duplicate()));
    long deliveredBefore = crowd.received();
    Duration before = server.cpu();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < time.toNanos()) {
      publisher.write(all.duplicate().flip());
      crowd.await(crowd.received() + (long) burst * subscribers);
    }
    double elapsed = (System.nanoTime() - begin) / 1e9;
    double cpu = server.cpu().minus(before).toNanos() / 1e3;
    double delivered = crowd.received() - deliveredBefore;
    return new Results.Sample(cpu / delivered, delivered / elapsed);
  }
}
