package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.deploy.Flood;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A server with the default limits, 50 good clients, and one address that floods")
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere, 127.0.0.1 may be all of loopback")
final class FloodTest {
  private static final String SETTINGS =
      """
      echo: { prefix: "" }
      roles: [echo, guard]
      """;

  /** The default of limits.keyMessages. */
  private static final int PER_SECOND = 200;

  private static final int GOOD_CLIENTS = 50;

  /** How often each of them sends three messages: a third of its limit. */
  private static final Duration EVERY = Duration.ofMillis(100);

  /** Less than this is the machine's own business. */
  private static final Duration NOISE = Duration.ofMillis(50);

  @TempDir private Path folder = Path.of("");

  private final List<WsConversation> good = new ArrayList<>();

  @Test
  void holdsTheFloodToItsLimitAndServesAllOthersAsBefore() throws Exception {
    Files.writeString(folder.resolve("default.yaml"), SETTINGS);
    Map<String, String> two = Map.of("DRAWBRIDGE_ECHO_INSTANCES", "2");
    try (Child server = Child.start(folder, two, "run", "--config", "default.yaml")) {
      server.awaitReady();
      int port = server.port("echo");
      comeFromAddressesOfTheirOwn(port);
      talk(10);
      long quiet = Math.max(p99(talk(15)), p99(talk(15)));

      try (Flood flood = new Flood("127.0.2.1", port, 4)) {
        // Of three times: the flood is there all the time, a moment of the machine's own is not.
        long flooded = Math.min(p99(talk(20)), Math.min(p99(talk(20)), p99(talk(20))));

        flood.expectHeldTo(PER_SECOND);
        assertThat(flood.told()).isEqualTo(4);
        assertThat(flood.time()).isGreaterThan(Duration.ofSeconds(5));
        assertThat(flood.offered()).isGreaterThan(10 * PER_SECOND * flood.time().toSeconds());
        assertThat(flooded)
            .as("99 of 100 round trips, in ns; %s without the flood", quiet)
            .isLessThan(Math.max(2 * quiet, NOISE.toNanos()));
      }
      // Nothing more came than they asked for.
      good.forEach(WsConversation::bye);
      server.terminate();
      assertThat(server.exitStatus()).as(server.err()).isZero();
      assertThat(server.err()).doesNotContain(" ERROR ");
    }
  }

  private void comeFromAddressesOfTheirOwn(int port) {
    for (int i = 1; i <= GOOD_CLIENTS; i++) {
      WsConversation client = WsConversation.connectFrom("127.0.1." + i, port);
      good.add(client.raw(HandshakeText.valid().bytes()).expectUpgrade());
    }
  }

  /** All of them at once, so many times each: how long each round trip took, in ns. */
  private long[] talk(int times) throws Exception {
    long start = System.nanoTime();
    List<Callable<long[]>> talks = new ArrayList<>();
    for (int i = 0; i < GOOD_CLIENTS; i++) {
      WsConversation client = good.get(i);
      long first = start + EVERY.toNanos() * i / GOOD_CLIENTS;
      talks.add(() -> talk(client, times, first));
    }
    ExecutorService threads = Executors.newFixedThreadPool(GOOD_CLIENTS);
    try {
      LongStream all = LongStream.empty();
      for (Future<long[]> took : threads.invokeAll(talks)) {
        all = LongStream.concat(all, Arrays.stream(took.get()));
      }
      return all.toArray();
    } finally {
      threads.shutdownNow();
    }
  }

  /** A late answer counts for those behind it, too: each is measured from when it was due. */
  private static long[] talk(WsConversation client, int times, long first) {
    long[] took = new long[times];
    for (int i = 0; i < times; i++) {
      long due = first + i * EVERY.toNanos();
      awaitDue(due);
      String text = "message " + i;
      client.raw(
          ClientFrames.join(
              ClientFrames.text(text + " a"),
              ClientFrames.text(text + " b"),
              ClientFrames.text(text + " c")));
      client.expect(text + " a").expect(text + " b").expect(text + " c");
      took[i] = System.nanoTime() - due;
    }
    return took;
  }

  private static void awaitDue(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static long p99(long[] times) {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length * 99 / 100];
  }
}
