package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench echo}: the same echo by several servers in one run. All of them run all the time,
 * each in a process of its own, and take turns under load, so that whatever else the machine does
 * meets all of them alike. Compared is the processor time that a server takes for a message.
 */
@Command(
    name = "echo",
    description = "Compares what an echo costs several servers.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class EchoComparison implements Callable<Integer> {
  private static final PrintStream OUT = System.out;

  @Option(
      names = "--servers",
      split = ",",
      description =
          "Of drawbridge, unguarded, vertx, netty, ws; results are relative to the first.")
  private List<String> servers = List.of("drawbridge", "vertx", "netty", "ws");

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "NAME=JAR",
      description = "Another build of Drawbridge, to measure a change in pairs.")
  private Map<String, String> builds = new LinkedHashMap<>();

  @Option(
      names = "--command",
      paramLabel = "NAME=PROGRAM",
      description =
          "Any other echo server: started with the port to listen on as its last argument.")
  private Map<String, String> commands = new LinkedHashMap<>();

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "BYTES:CONNECTIONSxIN_FLIGHT",
      description = "The loads.")
  private List<String> cases = List.of("16:64x1", "16:64x16", "1024:64x16", "65536:64x1");

  @Option(names = "--rounds", description = "How often each server meets each case.")
  private int rounds = 3;

  @Option(names = "--seconds", description = "How long it then lasts.")
  private int seconds = 2;

  @Option(names = "--warmup", description = "Seconds of each case before the first round.")
  private int warmup = 3;

  @Option(names = "--loops", description = "Event loops of each server; npm's ws has one.")
  private int loops = 1;

  @Option(names = "--idle", description = "Idle connections whose memory is weighed; 0 for none.")
  private int idle = 1000;

  @Option(names = "--java-options", split = " ", description = "The same for each JVM.")
  private List<String> javaOptions = List.of("-Xms512m", "-Xmx512m");

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<EchoCase> loads = cases.stream().map(EchoCase::parse).toList();
    List<ServerProcess> running = new ArrayList<>();
    try {
      start(running);
      Results results =
          new Results(
              "message",
              running.stream().map(ServerProcess::name).toList(),
              loads.stream().map(EchoCase::toString).toList());
      for (EchoCase load : loads) {
        compare(load, running, results);
      }
      OUT.println(results.table());
      return 0;
    } finally {
      running.forEach(ServerProcess::close);
    }
  }

  // --- footprint --------------------------------------------------------------------------------

  /** Starts one after the other, alone, and weighs it while it is fresh. */
  private void start(List<ServerProcess> running) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("drawbridge-bench");
    OUT.println(Footprint.TITLES);
    for (ServerKind kind : kinds()) {
      try {
        ServerProcess server = ServerProcess.start(kind, folder, LoadGenerator::echoOnce);
        running.add(server);
        OUT.println(Footprint.of(server, idle));
      } catch (IOException e) {
        OUT.println(kind.name() + " is left out: " + e.getMessage());
      }
    }
    OUT.println();
  }

  private List<ServerKind> kinds() {
    ServerKinds known = new ServerKinds(javaOptions, loops);
    List<ServerKind> kinds = new ArrayList<>();
    servers.forEach(name -> kinds.add(known.named(name)));
    builds.forEach((name, jar) -> kinds.add(known.drawbridge(name, jar)));
    commands.forEach((name, program) -> kinds.add(known.command(name, program)));
    return kinds;
  }

  // --- cost -------------------------------------------------------------------------------------

  private void compare(EchoCase load, List<ServerProcess> running, Results results)
      throws IOException {
    for (ServerProcess server : running) {
      measure(load, server, warmup);
    }
    for (int round = 0; round < rounds; round++) {
      for (ServerProcess server : running) {
        results.add(load.toString(), server.name(), measure(load, server, seconds));
      }
    }
    OUT.println(results.rounds(load.toString()));
  }

  private static Results.Sample measure(EchoCase load, ServerProcess server, int seconds)
      throws IOException {
    try (LoadGenerator generator = new LoadGenerator(server.address(), load)) {
      Duration before = server.cpu();
      long begin = System.nanoTime();
      long messages = generator.run(Duration.ofSeconds(seconds));
      double elapsed = (System.nanoTime() - begin) / 1e9;
      double cpu = server.cpu().minus(before).toNanos() / 1e3;
      return new Results.Sample(cpu / messages, messages / elapsed);
    }
  }
}
