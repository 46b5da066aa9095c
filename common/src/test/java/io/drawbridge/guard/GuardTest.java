package io.drawbridge.guard;

import static io.drawbridge.guard.Lease.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
  private static final Peer PEER = new Peer("192.0.2.1", "ada", "s-1");
  private static final int FULL_LINES = 5;

  private final ManualTime time = new ManualTime();
  private final Node node = Given.node(time.time());
  private final Loop loop = new Loop();
  private final LogFile log;
  private final Settings settings;
  private final Guard guard;

  GuardTest(@TempDir Path folder) throws TimeoutException {
    log = new LogFile(folder.resolve("errors.log"));
    settings = Given.settings(log.path(), "");
    guard = loop.call(() -> new Guard(loop.vertx, node, Edge.echo(settings), settings.guard()));
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

  @Test
  void saysSoWhenItCantWriteAllBeforeItIsClosed() throws Exception {
    for (String id : loop.vertx.deploymentIDs()) {
      Loop.await(loop.vertx.undeploy(id));
    }
    report(ErrorKind.PROTOCOL_ERROR, PEER);

    assertThatThrownBy(() -> Loop.await(loop.call(() -> guard.close(Duration.ofMillis(100)))))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void leavesNoneUncountedWhenThereIsNoRoomForThem() throws Exception {
    for (String id : loop.vertx.deploymentIDs()) {
      Loop.await(loop.vertx.undeploy(id));
    }
    int events = 12_000;
    loop.run(
        () -> {
          for (int i = 0; i < events; i++) {
            guard.report(ErrorKind.PROTOCOL_ERROR, Peer.of("192.0.2." + i), null, 0);
          }
        });

    loop.deployGuard(settings, time.time());
    // Not closed before there is room for the counts, or they could not be written.
    await().until(() -> log.lines().size() == 10_000);
    closeGuard();

    long suppressed =
        log.events().stream().mapToLong(event -> event.getLong("suppressed", 0L)).sum();
    long full = log.events().stream().filter(event -> !event.containsKey("suppressed")).count();
    assertThat(full + suppressed).isEqualTo(events);
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
