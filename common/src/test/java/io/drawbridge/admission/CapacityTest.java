package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

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

  private final Capacity capacity = new Capacity();

  @Test
  void admitsSoManyAndNoMore() {
    Check check = capacity.check(2);

    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(HANDSHAKE))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.CONNECTION_LIMIT,
                503,
                "Too many open connections",
                Map.of(),
                Duration.ofSeconds(1)));
  }

  @Test
  void countsOnlyThoseThatItAdmitted() {
    Check check = capacity.check(1);
    for (int i = 0; i < 5; i++) {
      check.check(HANDSHAKE);
    }

    assertThat(capacity.open()).isEqualTo(1);
  }

  @Test
  void admitsTheNextWhenOneLeaves() {
    Check check = capacity.check(1);
    check.check(HANDSHAKE);

    capacity.leave();

    assertThat(capacity.open()).isZero();
    assertThat(check.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void isSharedByAllEdgesOfTheNode() {
    Check echo = capacity.check(2);
    Check auth = capacity.check(3);
    echo.check(HANDSHAKE);
    auth.check(HANDSHAKE);

    assertThat(echo.check(HANDSHAKE)).isInstanceOf(Verdict.Refused.class);
    assertThat(auth.check(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void neverAdmitsMoreThoughManyComeAtOnce() throws Exception {
    Check check = capacity.check(500);
    CountDownLatch begin = new CountDownLatch(1);
    ExecutorService edges = Executors.newFixedThreadPool(4);
    List<Future<Integer>> admitted = new ArrayList<>();
    for (int edge = 0; edge < 4; edge++) {
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

    assertThat(all).isEqualTo(500);
    assertThat(capacity.open()).isEqualTo(500);
  }
}
