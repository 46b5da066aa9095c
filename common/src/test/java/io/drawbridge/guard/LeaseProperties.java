package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import io.drawbridge.config.WhenGuardSilent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Several edges borrow from one guard: what they let through together stays within the limit. */
final class LeaseProperties {
  private static final Rate RATE = Rate.parse("100/s");
  private static final double BURST = 100;
  private static final int LEASE = 10;

  /** What happens at one edge, after a pause. */
  record Step(int edge, Act act, long pause) {}

  enum Act {
    OPEN,
    TAKE_ONE,
    TAKE_MANY,
    ANSWER
  }

  /** One edge, and what its guard has not answered yet. */
  private static final class Client implements Lease.Source {
    private final Limiter limiter;
    private final Queue<Long> asked = new ArrayDeque<>();
    private final Lease lease = new Lease("messages", "key", RATE, WhenGuardSilent.REFUSE, this);

    Client(Limiter limiter) {
      this.limiter = limiter;
    }

    int act(Act act, long now) {
      switch (act) {
        case OPEN -> lease.prepare(now);
        case ANSWER -> answer(now);
        case TAKE_ONE -> {
          return take(1, now);
        }
        case TAKE_MANY -> {
          return take(500, now);
        }
      }
      return 0;
    }

    private int take(int most, long now) {
      int taken = 0;
      while (taken < most && lease.take(now) == Lease.Answer.GRANTED) {
        taken++;
      }
      return taken;
    }

    private void answer(long now) {
      Long want = asked.poll();
      if (want != null) {
        Limiter.Grant grant = limiter.grant("messages", "key", want, now);
        if (grant.granted() > 0) {
          lease.granted(grant.granted(), Duration.ofMillis(grant.millis()), now);
        } else {
          lease.refused(Duration.ofMillis(grant.millis()), now);
        }
      }
    }

    @Override
    public void ask(Lease asking, long want) {
      asked.add(want);
    }

    @Override
    public boolean silentFor(Lease lease) {
      return false;
    }

    @Override
    public int edges() {
      return 1;
    }
  }

  @Provide
  Arbitrary<Step> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            // Seldom many, so that an edge has the time to hoard.
            Arbitraries.frequency(
                Tuple.of(8, Act.OPEN),
                Tuple.of(12, Act.ANSWER),
                Tuple.of(4, Act.TAKE_ONE),
                Tuple.of(1, Act.TAKE_MANY)),
            Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.longs().between(0, 1_000_000)),
                Tuple.of(8, Arbitraries.longs().between(0, 200_000_000)),
                Tuple.of(1, Arbitraries.longs().between(0, 2_000_000_000))))
        .as(Step::new);
  }

  @Property(tries = 300)
  void neverLetsMoreThroughThanTheLimitAndWhatIsBorrowed(
      @ForAll @IntRange(min = 1, max = 3) int edges,
      @ForAll @Size(max = 150) List<@From("steps") Step> steps) {
    Limiter limiter = new Limiter(Map.of("messages", Limiter.Limit.of(RATE)), 1);
    List<Client> clients = new ArrayList<>();
    for (int edge = 0; edge < edges; edge++) {
      clients.add(new Client(limiter));
    }
    // Before a stretch of time begins, an edge may have borrowed a lease and a half.
    double allowance = BURST + edges * 1.5 * LEASE;
    double level = 0;
    double total = 0;
    long start = Long.MAX_VALUE - 1_000_000_000L;
    long now = start;
    for (Step step : steps) {
      now += step.pause();
      int taken = clients.get(step.edge() % edges).act(step.act(), now);
      level = Math.max(0, level - RATE.perSecond() * step.pause() / 1e9) + taken;
      total += taken;

      assertThat(level).describedAs("in any stretch").isLessThanOrEqualTo(allowance + 1e-6);
      assertThat(total)
          .describedAs("from the start")
          .isLessThanOrEqualTo(RATE.perSecond() * (now - start) / 1e9 + BURST + 1e-6);
    }
  }
}
