package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Three nodes, one guard, one address that connects to any of them at any time. */
final class ConnectAccountProperties {
  private static final Rate RATE = Rate.parse("20/s");
  private static final int BURST = 30;
  private static final int NODES = 3;

  /**
   * After this much time, one node gets so many connections, and perhaps its answers after them.
   */
  record Step(int node, long millis, int connections, boolean answered) {}

  @Provide
  Arbitrary<Step> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, NODES - 1),
            Arbitraries.longs().between(0, 700),
            Arbitraries.integers().between(0, 40),
            Arbitraries.of(true, true, false))
        .as(Step::new);
  }

  /** One node, and what it has asked the guard. */
  private static final class OneNode {
    private final ConnectAccount account;
    private long in;
    private long lent;
    private long asked;

    OneNode(long now) {
      account = new ConnectAccount("echo.connectRate", "ip:192.0.2.1", RATE, BURST, now);
    }

    void connect(int times, long now) {
      for (int i = 0; i < times; i++) {
        in += account.take(now) == 0 ? 1 : 0;
      }
    }

    void settle(Limiter guard, long now) {
      for (int i = 0; i < 3; i++) {
        asked = asked == 0 ? account.want(now) : asked;
        if (asked > 0) {
          Limiter.Grant grant = guard.grant("echo.connectRate", "ip:192.0.2.1", asked, now);
          lent += grant.granted();
          account.answered(asked, grant.granted(), Duration.ofMillis(grant.millis()), now);
          asked = 0;
        }
      }
    }
  }

  @Property(tries = 1_000)
  void whatComesInIsPaidForAndNeverFarAheadOfTheLimit(
      @ForAll @Size(max = 60) List<@From("steps") Step> steps) {
    ManualTime time = new ManualTime();
    long start = time.nanos();
    Limiter guard = new Limiter(Map.of("echo.connectRate", new Limiter.Limit(RATE, BURST)), 1);
    List<OneNode> nodes = Stream.generate(() -> new OneNode(start)).limit(NODES).toList();

    for (Step step : steps) {
      time.advance(Duration.ofMillis(step.millis()));
      OneNode node = nodes.get(step.node());
      node.connect(step.connections(), time.nanos());
      if (step.answered()) {
        node.settle(guard, time.nanos());
      }

      double limit = RATE.perSecond() * (time.nanos() - start) / 1e9 + BURST;
      assertThat((double) node.in).isLessThanOrEqualTo(limit + 1e-6);
      assertThat((double) nodes.stream().mapToLong(each -> each.lent).sum())
          .isLessThanOrEqualTo(limit + 1e-6);
    }

    // Left alone, each pays for whom it has let in.
    for (int i = 0; i < 100; i++) {
      time.advance(Duration.ofSeconds(1));
      nodes.forEach(node -> node.settle(guard, time.nanos()));
    }
    assertThat(nodes).allMatch(node -> node.in == node.lent);
  }

  @Property(tries = 1_000)
  void whileTheGuardAnswersOneNodeIsHeldBackByTheOthers(
      @ForAll @Size(min = 5, max = 60) List<@From("steps") Step> steps) {
    ManualTime time = new ManualTime();
    long start = time.nanos();
    Limiter guard = new Limiter(Map.of("echo.connectRate", new Limiter.Limit(RATE, BURST)), 1);
    List<OneNode> nodes = Stream.generate(() -> new OneNode(start)).limit(NODES).toList();

    for (Step step : steps) {
      time.advance(Duration.ofMillis(step.millis()));
      OneNode node = nodes.get(step.node());
      for (int i = 0; i < step.connections(); i++) {
        node.connect(1, time.nanos());
        nodes.forEach(each -> each.settle(guard, time.nanos()));
      }

      // One connection that is owed for each node, and no more.
      double limit = RATE.perSecond() * (time.nanos() - start) / 1e9 + BURST + NODES;
      assertThat((double) nodes.stream().mapToLong(each -> each.in).sum())
          .isLessThanOrEqualTo(limit + 1e-6);
    }
  }
}
