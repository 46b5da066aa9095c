package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.guard.Edge;
import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private static final Handshake HANDSHAKE = Handshakes.valid().handshake();
  private static final Handshake OTHER = Handshakes.valid().from("2001:db8::1").handshake();

  private final Capacity capacity = new Capacity();

  static Edge edge(String yaml) {
    SettingsResult result = SettingsReader.read(yaml);
    assertThat(result).isInstanceOf(SettingsResult.Loaded.class);
    return Edge.echo(((SettingsResult.Loaded) result).settings());
  }

  private static Edge full(long connections) {
    return edge("limits: { connections: " + connections + ", connectionsPerAddress: unlimited }");
  }

  private static Edge fullOfAddress(long connections) {
    return edge("limits: { connectionsPerAddress: " + connections + " }");
  }

  @Test
  void admitsSoManyAndNoMore() {
    Check check = capacity.check(full(2));

    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(OTHER))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.CONNECTION_LIMIT,
                503,
                "Too many open connections",
                Map.of(),
                Duration.ofSeconds(1)));
  }

  @Test
  void admitsSoManyOfAnAddressAndNoMore() {
    Check check = capacity.check(fullOfAddress(2));

    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.CONNECTION_LIMIT,
                429,
                "Too many open connections of this address",
                Map.of(),
                Duration.ofSeconds(1)));
    assertThat(check.check(OTHER)).isEqualTo(Verdict.ADMITTED);
    assertThat(capacity.open()).isEqualTo(3);
  }

  @Test
  void countsOnlyThoseThatItAdmitted() {
    Edge edge = full(1);
    Check check = capacity.check(edge);
    for (int i = 0; i < 5; i++) {
      check.check(HANDSHAKE);
      check.check(OTHER);
    }

    assertThat(capacity.open()).isEqualTo(1);
    assertThat(capacity.addresses()).isEqualTo(1);
    capacity.leave(edge, HANDSHAKE.peer());
    assertThat(capacity.addresses()).isZero();
  }

  @Test
  void admitsTheNextWhenOneLeaves() {
    Edge edge = fullOfAddress(1);
    Check check = capacity.check(edge);
    check.check(HANDSHAKE);
    check.check(HANDSHAKE);

    capacity.leave(edge, HANDSHAKE.peer());

    assertThat(capacity.open()).isZero();
    assertThat(capacity.addresses()).isZero();
    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void isSharedByAllEdgesOfTheNode() {
    Check echo = capacity.check(full(2));
    Check auth = capacity.check(full(3));
    echo.check(HANDSHAKE);
    auth.check(HANDSHAKE);

    assertThat(echo.check(HANDSHAKE)).isInstanceOf(Verdict.Refused.class);
    assertThat(auth.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void countsAnAddressAtEachEdgeForItself() {
    Edge echo = fullOfAddress(1);
    Edge auth = new Edge("auth", "localhost", 0, echo.limits(), "keyMessages");

    assertThat(capacity.check(echo).check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(capacity.check(auth).check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(capacity.check(echo).check(HANDSHAKE)).isInstanceOf(Verdict.Refused.class);
    assertThat(capacity.check(auth).check(HANDSHAKE)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void neverAdmitsMoreThoughManyComeAtOnce() throws Exception {
    assertThat(admittedOf4000(full(500))).isEqualTo(500);
    assertThat(capacity.open()).isEqualTo(500);
  }

  @Test
  void neverAdmitsMoreOfAnAddressThoughManyComeAtOnce() throws Exception {
    assertThat(admittedOf4000(fullOfAddress(500))).isEqualTo(500);
    assertThat(capacity.open()).isEqualTo(500);
  }

  private int admittedOf4000(Edge edge) throws Exception {
    Check check = capacity.check(edge);
    CountDownLatch begin = new CountDownLatch(1);
    ExecutorService edges = Executors.newFixedThreadPool(4);
    List<Future<Integer>> admitted = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      admitted.add(
          edges.submit(
              () -> {
                begin.await();
                int count = 0;
                for (int i = 0; i < 1_000; i++) {
                  count += check.check(HANDSHAKE) == Verdict.ADMITTED ? 1 : 0;
                }
                return count;
              }));
    }

    begin.countDown();
    int all = 0;
    for (Future<Integer> each : admitted) {
      all += each.get();
    }
    edges.shutdown();
    return all;
  }
}
