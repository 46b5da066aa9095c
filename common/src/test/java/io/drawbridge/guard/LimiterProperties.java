package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whoever lends a key in turn: never more together than rate × time + burst. */
final class LimiterProperties {
  private static final String KEY = "user:ada";

  /**
   * @param owner who lends from then on; the same one as before, perhaps
   * @param gap for how long nobody does before
   * @param wants what is wanted then, each so many milliseconds after the one before
   */
  record Reign(int owner, long gap, List<Long> wants) {}

  @Provide
  Arbitrary<Reign> reigns() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.longs().between(0, 1_500),
            Arbitraries.longs().between(0, 900).list().ofMaxSize(8))
        .as(Reign::new);
  }

  @Property(tries = 500)
  void severalOwnersLendNoMoreThanOne(
      @ForAll @Size(max = 20) List<@From("reigns") Reign> reigns,
      @ForAll("limits") Limiter.Limit limit) {
    List<Limiter> guards = List.of(limiter(limit), limiter(limit), limiter(limit));
    ManualTime time = new ManualTime();
    long began = time.nanos();
    long heldSince = began - Duration.ofDays(1).toNanos();
    long lent = 0;
    int before = -1;
    for (Reign reign : reigns) {
      if (before >= 0 && before != reign.owner()) {
        guards.get(before).retain(key -> false);
        time.advance(Duration.ofMillis(reign.gap()));
        heldSince = time.nanos();
      }
      before = reign.owner();
      for (long pause : reign.wants()) {
        time.advance(Duration.ofMillis(pause));
        lent +=
            guards.get(before).grant("limit", KEY, 1 + pause, time.nanos(), heldSince).granted();
        double seconds = (time.nanos() - began) / 1e9;
        assertThat((double) lent)
            .isLessThanOrEqualTo(limit.rate().perSecond() * seconds + limit.burst() + 1e-6);
      }
    }
  }

  @Provide
  Arbitrary<Limiter.Limit> limits() {
    return Arbitraries.of(
        Limiter.Limit.of(Rate.parse("200/s")),
        new Limiter.Limit(Rate.parse("20/s"), 100),
        new Limiter.Limit(Rate.parse("10/m"), 3));
  }

  private static Limiter limiter(Limiter.Limit limit) {
    return new Limiter(Map.of("limit", limit), 10);
  }
}
