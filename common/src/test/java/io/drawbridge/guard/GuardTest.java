package io.drawbridge.guard;

import static io.drawbridge.guard.Lease.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private static final Peer PEER = new Peer("192.0.2.1", "ada", "s-1");
  private static final int FULL_LINES = 5;

  private final ManualTime time = new ManualTime();
  private final Node node = Given.node(time.time());
  private final Loop loop = new Loop();
  private final AtomicInteger peers = new AtomicInteger();
  private final Path folder;
  private final LogFile log;
  private final Settings settings;
  private final Guard guard;

  GuardTest(@TempDir Path folder) throws TimeoutException {
    log = new LogFile(folder.resolve("errors.log"));
    this.folder = folder;
    settings = Given.settings(log.path(), "");
    guard = loop.call(() -> new Guard(loop.vertx, node, Edge.echo(settings), settings));
  }

  @BeforeEach
  void deploy() throws TimeoutException {
    loop.deployGuard(settings, time.time());
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private String report(ErrorKind kind, Peer peer) throws TimeoutException {
    return loop.call(() -> guard.report(kind, peer, "a reserved bit is set", kind.closeCode()));
  }

  private void closeGuard() throws TimeoutException {
    Loop.await(loop.call(() -> guard.close(Duration.ofSeconds(10))));
  }

  @Test
  void logsWhatIsReportedUnderTheIdThatThePeerIsTold() throws Exception {
    String id = report(ErrorKind.PROTOCOL_ERROR, PEER);

    await().until(() -> log.ids().contains(id));
    assertThat(log.events())
        .containsExactly(
            new JsonObject()
                .put("id", id)
                .put("at", time.now().toString())
                .put("kind", "PROTOCOL_ERROR")
                .put("edge", "echo")
                .put("node", "node-1")
                .put("peer", "192.0.2.1")
                .put("user", "ada")
                .put("session", "s-1")
                .put("detail", "a reserved bit is set")
                .put("closeCode", 1002));
  }

  @Test
  void leavesOutWhatIsNotKnown() throws Exception {
    loop.call(() -> guard.report(ErrorKind.CONNECTION_LOST, Peer.of("192.0.2.1"), null, 0));
    closeGuard();

    assertThat(log.events().get(0).fieldNames())
        .containsExactly("id", "at", "kind", "edge", "node", "peer");
  }

  @Test
  void logsAPeerWhoseAddressIsNotKnown() throws Exception {
    String id = report(ErrorKind.BAD_HANDSHAKE, Peer.of(""));
    String next = report(ErrorKind.PROTOCOL_ERROR, PEER);
    closeGuard();

    assertThat(log.ids()).containsExactly(id, next);
  }

  @Test
  void givesEachReportAnIdOfItsOwn() throws Exception {
    assertThat(report(ErrorKind.PROTOCOL_ERROR, PEER))
        .isNotEqualTo(report(ErrorKind.PROTOCOL_ERROR, PEER));
  }

  @Test
  void writesHowManyItLeftOutWhenTheMinuteIsOver() throws Exception {
    for (int i = 0; i < FULL_LINES + 37; i++) {
      report(ErrorKind.PROTOCOL_ERROR, PEER);
    }
    await().until(() -> log.lines().size() == FULL_LINES);

    time.advance(Duration.ofMinutes(1));

    await().until(() -> log.lines().size() == FULL_LINES + 1);
    JsonObject summary = log.events().get(FULL_LINES);
    assertThat(summary.getLong("suppressed")).isEqualTo(37);
    assertThat(summary.getString("kind")).isEqualTo("PROTOCOL_ERROR");
    assertThat(summary.getString("peer")).isEqualTo("192.0.2.1");
    assertThat(summary.getString("at")).isEqualTo(time.now().toString());
    assertThat(summary.containsKey("closeCode")).isFalse();
    assertThat(summary.containsKey("user")).isFalse();
  }

  @Test
  void writesAllThatItHasWhenItIsClosed() throws Exception {
    for (int i = 0; i < FULL_LINES + 2; i++) {
      report(ErrorKind.PROTOCOL_ERROR, PEER);
      report(ErrorKind.INVALID_UTF8, PEER);
    }

    closeGuard();

    List<JsonObject> events = log.events();
    assertThat(events).hasSize(2 * FULL_LINES + 2);
    assertThat(events.subList(2 * FULL_LINES, events.size()))
        .allSatisfy(event -> assertThat(event.getLong("suppressed")).isEqualTo(2))
        .extracting(event -> event.getString("kind"))
        .containsExactlyInAnyOrder("PROTOCOL_ERROR", "INVALID_UTF8");
  }

  private void undeployGuard() throws TimeoutException {
    for (String id : loop.vertx.deploymentIDs()) {
      Loop.await(loop.vertx.undeploy(id));
    }
  }

  private Guard another() throws TimeoutException {
    return loop.call(() -> new Guard(loop.vertx, node, Edge.echo(settings), settings));
  }

  private long full() throws IOException {
    return log.events().stream().filter(event -> !event.containsKey("suppressed")).count();
  }

  private long suppressed() throws IOException {
    return log.events().stream().mapToLong(event -> event.getLong("suppressed", 0L)).sum();
  }

  @Test
  void leavesWhatTheGuardHasNotTakenToTheNextProcess() throws Exception {
    undeployGuard();
    String id = report(ErrorKind.PROTOCOL_ERROR, PEER);
    Loop.await(loop.call(() -> guard.close(Duration.ofMillis(100))));

    loop.deployGuard(settings, time.time());
    Node next = new Node("node-2", time.time(), new SimpleMeterRegistry());
    loop.run(() -> new Guard(loop.vertx, next, Edge.echo(settings), settings));

    await().until(() -> log.ids().contains(id));
  }

  @Test
  void leavesNoneUncountedWhenThereIsNoRoomForThem() throws Exception {
    Files.createFile(folder.resolve("data"));
    undeployGuard();
    int events = 12_000;
    reportFromDifferentPeers(guard, events);

    loop.deployGuard(settings, time.time());
    closeGuard();

    assertThat(full()).isEqualTo(10_000);
    assertThat(full() + suppressed()).isEqualTo(events);
  }

  @Test
  void keepsACountWholeThatFindsNoRoomWhenItsMinuteIsOver() throws Exception {
    Files.createFile(folder.resolve("data"));
    undeployGuard();
    reportFromDifferentPeers(guard, 12_000);
    AtomicInteger ticks = new AtomicInteger();
    loop.vertx.setPeriodic(500, timer -> ticks.incrementAndGet());

    time.advance(Duration.ofMinutes(1));
    // By then the guard has had its own tick, every second, and no place to put the count.
    await().until(() -> ticks.get() >= 3);
    loop.deployGuard(settings, time.time());
    closeGuard();

    assertThat(full() + suppressed()).isEqualTo(12_000);
  }

  @Test
  void leavesNoneUncountedOverAnOutageAFullQueueAndTheEndOfTheProcess() throws Exception {
    undeployGuard();
    int events = 25_000;
    reportFromDifferentPeers(guard, events);
    for (int i = 0; i < 1_000; i++) {
      report(ErrorKind.INVALID_UTF8, PEER);
    }
    Loop.await(loop.call(() -> guard.close(Duration.ofMillis(100))));

    loop.deployGuard(settings, time.time());
    Node next = new Node("node-2", time.time(), new SimpleMeterRegistry());
    loop.run(() -> new Guard(loop.vertx, next, Edge.echo(settings), settings));

    await().atMost(Duration.ofSeconds(30)).until(() -> full() + suppressed() == events + 1_000);
    assertThat(log.ids()).doesNotHaveDuplicates();
  }

  /** Outages, storms, time and ends of processes in any order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void leavesNoneUncountedWhateverHappens(long seed) throws Exception {
    Random random = new Random(seed);
    Guard now = guard;
    boolean served = true;
    long reported = 0;
    for (int step = 0; step < 40; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int events = random.nextInt(4_000);
          int peersOf = 1 + random.nextInt(4_000);
          Guard to = now;
          loop.run(
              () -> {
                for (int i = 0; i < events; i++) {
                  String peer = "192.0.2." + i % peersOf;
                  to.report(ErrorKind.PROTOCOL_ERROR, Peer.of(peer), null, 0);
                }
              });
          reported += events;
        }
        case 2 -> {
          if (served) {
            undeployGuard();
          } else {
            loop.deployGuard(settings, time.time());
          }
          served = !served;
        }
        case 3 -> time.advance(Duration.ofSeconds(random.nextInt(90)));
        default -> {
          Guard old = now;
          Loop.await(loop.call(() -> old.close(Duration.ofMillis(random.nextInt(50)))));
          Node next = new Node("node-" + step, time.time(), new SimpleMeterRegistry());
          now = loop.call(() -> new Guard(loop.vertx, next, Edge.echo(settings), settings));
        }
      }
    }
    if (!served) {
      loop.deployGuard(settings, time.time());
    }
    Guard last = now;
    Loop.await(loop.call(() -> last.close(Duration.ofSeconds(10))));

    assertThat(full() + suppressed()).isEqualTo(reported);
    assertThat(log.ids()).doesNotHaveDuplicates();
    assertThat(folder.resolve("data").resolve("spool"))
        .satisfiesAnyOf(
            spool -> assertThat(spool).doesNotExist(),
            spool -> assertThat(spool).isEmptyDirectory());
  }

  private void reportFromDifferentPeers(Guard to, int events) throws TimeoutException {
    loop.run(
        () -> {
          for (int i = 0; i < events; i++) {
            to.report(ErrorKind.PROTOCOL_ERROR, Peer.of("192.0.2." + i), null, 0);
          }
        });
  }

  @Test
  void writesNoMoreLinesWhereAnEdgeHasMoreEventLoops() throws Exception {
    List<Guard> loops = List.of(guard, another(), another());
    for (int i = 0; i < 30; i++) {
      Guard next = loops.get(i % 3);
      loop.call(() -> next.report(ErrorKind.PROTOCOL_ERROR, PEER, null, 0));
    }
    for (Guard each : loops) {
      Loop.await(loop.call(() -> each.close(Duration.ofSeconds(10))));
    }

    assertThat(full()).isEqualTo(FULL_LINES);
    assertThat(suppressed()).isEqualTo(30 - FULL_LINES);
  }

  /** The guard dies and comes back again and again while several event loops report. */
  @Test
  void losesAndRepeatsNothingThoughTheGuardIsRestartedUnderLoad() throws Exception {
    List<Guard> loops = List.of(guard, another(), another(), another());
    List<String> reported = Collections.synchronizedList(new ArrayList<>());
    int each = 2_000;
    List<Future<Void>> reporting = new ArrayList<>();
    for (Guard one : loops) {
      reporting.add(loop.call(() -> reportSteadily(one, each, reported)));
    }
    int restarts = 0;
    while (!Future.all(reporting).isComplete() || restarts < 5) {
      undeployGuard();
      loop.deployGuard(settings, time.time());
      restarts++;
    }
    for (Guard one : loops) {
      Loop.await(loop.call(() -> one.close(Duration.ofSeconds(10))));
    }

    assertThat(reported).hasSize(loops.size() * each);
    assertThat(log.ids()).containsExactlyInAnyOrderElementsOf(reported);
  }

  private Future<Void> reportSteadily(Guard to, int events, List<String> reported) {
    Promise<Void> done = Promise.promise();
    AtomicInteger count = new AtomicInteger();
    loop.vertx.setPeriodic(
        1,
        timer -> {
          for (int i = 0; i < 10; i++) {
            String peer = "2001:db8::" + peers.incrementAndGet();
            reported.add(to.report(ErrorKind.PROTOCOL_ERROR, Peer.of(peer), null, 0));
          }
          if (count.addAndGet(10) == events) {
            loop.vertx.cancelTimer(timer);
            done.complete();
          }
        });
    return done.future();
  }

  @Test
  void countsEachErrorThoughItIsLeftOutOfTheLog() throws Exception {
    for (int i = 0; i < FULL_LINES + 37; i++) {
      report(ErrorKind.PROTOCOL_ERROR, PEER);
    }

    assertThat(
            node.meters()
                .get("drawbridge.errors")
                .tag("kind", "PROTOCOL_ERROR")
                .tag("edge", "echo")
                .counter()
                .count())
        .isEqualTo(FULL_LINES + 37);
    assertThat(node.meters().get("drawbridge.errors").counters())
        .hasSize(ErrorKind.values().length);
  }

  @Test
  void lendsPermits() throws Exception {
    Lease lease = loop.call(() -> guard.lease("192.0.2.1"));

    await().until(() -> loop.call(() -> lease.take(time.nanos())) == GRANTED);

    loop.run(() -> guard.close(lease));
    assertThat(loop.call(() -> guard.lease("192.0.2.1"))).isNotSameAs(lease);
  }
}
