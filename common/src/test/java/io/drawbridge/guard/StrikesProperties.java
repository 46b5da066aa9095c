package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever comes when: what is said is what a count of every single strike would say. */
final class StrikesProperties {
  private static final Duration WINDOW = Duration.ofSeconds(64);
  private static final long SLOT = WINDOW.toNanos() / 64;

  record Strike(long pause, int count) {}

  private record Counted(long at, long count) {}

  @Provide
  Arbitrary<Strike> strikes() {
    return Combinators.combine(
            Arbitraries.oneOf(
                Arbitraries.longs().between(0, 10),
                Arbitraries.longs().between(0, 2 * SLOT),
                Arbitraries.longs().between(0, 2 * WINDOW.toNanos())),
            Arbitraries.oneOf(
                Arbitraries.just(1),
                Arbitraries.integers().between(1, 3),
                Arbitraries.integers().between(1, 200)))
        .as(Strike::new);
  }

  @Property(tries = 500)
  void areTooManyExactlyWhenSoManyFellWithinTheWindow(
      @ForAll @IntRange(min = 1, max = 300) int limit,
      @ForAll @Size(max = 150) List<@From("strikes") Strike> given) {
    Strikes strikes = new Strikes(limit, WINDOW, 1);
    BanSubject subject = new BanSubject(true, "ada");
    List<Counted> counted = new ArrayList<>();
    long now = Long.MAX_VALUE - WINDOW.toNanos();
    for (Strike strike : given) {
      now += strike.pause();
      counted.add(new Counted(now, strike.count()));

      boolean tooMany = strikes.add(subject, strike.count(), now);

      // A strike may be forgotten up to one slot before the window is over, and never after it.
      assertThat(tooMany)
          .isIn(
              within(counted, now, WINDOW.toNanos() - SLOT) >= limit,
              within(counted, now, WINDOW.toNanos()) >= limit);
      if (tooMany) {
        counted.clear();
      }
    }
  }

  private static long within(List<Counted> counted, long now, long window) {
    return counted.stream().filter(c -> now - c.at() < window).mapToLong(Counted::count).sum();
  }
}
