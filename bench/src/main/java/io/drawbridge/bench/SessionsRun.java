package io.drawbridge.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench sessions}: many sessions that do nothing. What each weighs, what they cost a second,
 * and how long it takes until all are gone: when their tokens end at one moment, when their user is
 * revoked, and when each of their users is.
 */
@Command(
    name = "sessions",
    description = "Weighs many idle sessions, and ends them all at once.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class SessionsRun implements Callable<Integer> {
  private static final PrintStream OUT = System.out;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "NAME=JAR",
      description = "Another build of this program, to measure a change.")
  private Map<String, String> builds = new LinkedHashMap<>();

  @Option(
      names = "--sessions",
      description = "How many; both processes need as many open files and some.")
  private int sessions = 18_000;

  @Option(names = "--loops", description = "Event loops of the server.")
  private int loops = 1;

  @Option(names = "--idle", description = "Seconds in which nothing happens.")
  private int idle = 10;

  @Option(names = "--java-options", split = " ", description = "Of the server's JVM.")
  private List<String> javaOptions = List.of("-Xms1g", "-Xmx1g");

  /** How long it takes to let them in. */
  private long seconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("drawbridge-bench");
    ServerKinds known = new ServerKinds(javaOptions, loops);
    List<ServerKind> kinds = new ArrayList<>();
    kinds.add(known.sessions("sessions", System.getProperty("java.class.path")));
    builds.forEach((name, jar) -> kinds.add(known.sessions(name, jar)));
    ConnectTraffic probe = new ConnectTraffic(1);
    for (ServerKind kind : kinds) {
      try (ServerProcess server =
          ServerProcess.start(kind, folder, address -> probe.connect(address, 0))) {
        // The first crowd warms the server up, too.
        revokeOne(server);
        weigh(server);
        expire(server);
        revokeEach(server);
      }
    }
    return 0;
  }

  private void weigh(ServerProcess server) throws IOException, InterruptedException {
    long heap = server.heap();
    long resident = server.resident();
    long begin = System.nanoTime();
    try (SessionCrowd crowd = crowd(server, number -> ConnectTraffic.token("idle-" + number))) {
      seconds = (System.nanoTime() - begin) / 1_000_000_000;
      double heapEach = (server.heap() - heap) / 1024.0 / sessions;
      double residentEach = (server.resident() - resident) / 1024.0 / sessions;
      tell(server, "%d sessions, let in one by one within %d s", crowd.size(), seconds);
      tell(server, "KiB a session: %.1f heap, %.1f RSS", heapEach, residentEach);
      Duration before = server.cpu();
      Thread.sleep(Duration.ofSeconds(idle).toMillis());
      double busy = server.cpu().minus(before).toNanos() / 1e9 / idle;
      tell(server, "idle: %.2f %% of a core", 100 * busy);
    }
  }

  private void expire(ServerProcess server) throws IOException {
    // They must all be in by then, on a machine that may be busier than it was.
    long end = System.currentTimeMillis() / 1000 + 10 + 2 * seconds;
    LongFunction<byte[]> ending = number -> ConnectTraffic.token("brief-" + number, end);
    try (SessionCrowd crowd = crowd(server, ending)) {
      Duration before = server.cpu();
      gone(server, "their tokens end", crowd, end * 1000, before);
    }
  }

  private void revokeOne(ServerProcess server) throws IOException {
    byte[] token = ConnectTraffic.token("crowd");
    try (SessionCrowd crowd = crowd(server, number -> token)) {
      Duration before = server.cpu();
      long begin = System.currentTimeMillis();
      server.tell("{\"op\":\"revoke\",\"user\":\"crowd\"}");
      gone(server, "one user is revoked", crowd, begin, before);
    }
  }

  private void revokeEach(ServerProcess server) throws IOException {
    try (SessionCrowd crowd = crowd(server, number -> ConnectTraffic.token("each-" + number))) {
      Duration before = server.cpu();
      long begin = System.currentTimeMillis();
      for (int i = 0; i < sessions; i++) {
        server.tell("{\"op\":\"revoke\",\"user\":\"each-" + i + "\"}");
      }
      gone(server, "each user is revoked", crowd, begin, before);
    }
  }

  private SessionCrowd crowd(ServerProcess server, LongFunction<byte[]> tokens) throws IOException {
    SessionCrowd crowd = new SessionCrowd();
    for (int i = 0; i < sessions; i++) {
      crowd.join(server.address(), tokens.apply(i));
    }
    return crowd;
  }

  private void gone(
      ServerProcess server, String why, SessionCrowd crowd, long begin, Duration before)
      throws IOException {
    List<Long> times = crowd.awaitEnd(PATIENCE);
    double cpu = server.cpu().minus(before).toNanos() / 1e6;
    tell(
        server,
        "%s: closed after %d ms the first, %d ms half, %d ms the last; CPU %.0f ms",
        why,
        times.get(0) - begin,
        times.get(times.size() / 2) - begin,
        times.get(times.size() - 1) - begin,
        cpu);
  }

  private static void tell(ServerProcess server, String format, Object... values) {
    OUT.println(server.name() + ": " + String.format(Locale.ROOT, format, values));
  }
}
