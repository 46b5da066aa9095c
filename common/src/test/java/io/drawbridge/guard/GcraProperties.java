package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import java.math.BigInteger;
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
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Over any sequence of takes: never more than rate × time + burst, and never less than is due. */
final class GcraProperties {
  private static final long START = Long.MAX_VALUE - 1_000_000_000L;

  /** After this much time, so many are wanted. */
  record Step(long pause, long want) {}

  @Provide
  Arbitrary<Rate> rates() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 2_000_000),
            Arbitraries.of(1L, 7L, 500L, 1_000L, 60_000L, 3_600_000L))
        .as((amount, millis) -> new Rate(amount, Duration.ofMillis(millis)));
  }

  @Provide
  Arbitrary<Step> steps() {
    Arbitrary<Long> pauses =
        Arbitraries.oneOf(
            Arbitraries.just(0L),
            Arbitraries.longs().between(0, 10_000),
            Arbitraries.longs().between(0, 100_000_000),
            Arbitraries.longs().between(0, 10_000_000_000L));
    return Combinators.combine(pauses, Arbitraries.longs().between(1, 3_000)).as(Step::new);
  }

  @Property(tries = 500)
  void neverGrantsMoreThanTheRateAllowsInAnyStretchOfTime(
      @ForAll @From("rates") Rate rate,
      @ForAll @LongRange(min = 1, max = 2_000) long burst,
      @ForAll @Size(max = 40) List<@From("steps") Step> steps) {
    Gcra bucket = new Gcra(rate, burst, START);
    List<Long> times = new ArrayList<>();
    List<Long> grants = new ArrayList<>();
    long now = START;
    for (Step step : steps) {
      now += step.pause();
      times.add(now);
      grants.add(bucket.take(step.want(), now));
    }

    for (int from = 0; from < times.size(); from++) {
      long granted = 0;
      for (int to = from; to < times.size(); to++) {
        granted += grants.get(to);
        double seconds = (times.get(to) - times.get(from)) / 1e9;
        assertThat((double) granted).isLessThanOrEqualTo(rate.perSecond() * seconds + burst + 1e-6);
      }
    }
  }

  @Property(tries = 500)
  void grantsWhatABucketOfWholeNumbersGrants(
      @ForAll @From("rates") Rate rate,
      @ForAll @LongRange(min = 1, max = 2_000) long burst,
      @ForAll @Size(max = 40) List<@From("steps") Step> steps) {
    Gcra bucket = new Gcra(rate, burst, START);
    Exact exact = new Exact(rate, burst);
    long now = START;
    long granted = 0;
    long due = 0;
    for (Step step : steps) {
      now += step.pause();
      granted += bucket.take(step.want(), now);
      due += exact.take(step.want(), step.pause());
      // A permit that is there to the nanosecond may round to the next take.
      assertThat(granted).isBetween(due - 1, due + 1);
    }
  }

  @Property(tries = 500)
  void knowsToTheNanosecondWhenPermitsAreThere(
      @ForAll @From("rates") Rate rate,
      @ForAll @LongRange(min = 1, max = 2_000) long burst,
      @ForAll @Size(max = 10) List<@From("steps") Step> before,
      @ForAll @LongRange(min = 1, max = 2_000) long wanted) {
    long want = Math.min(wanted, burst);
    long now = START + before.stream().mapToLong(Step::pause).sum();
    long wait = after(before, rate, burst).nanosUntil(want, now);

    assertThat(after(before, rate, burst).takeAll(want, now + wait)).isTrue();
    if (wait > 0) {
      // What doubles may be off by: a millionth of a millionth of the burst, as time.
      long tolerance = 1 + (long) Math.ceil(burst * 1e-12 / (rate.perSecond() / 1e9));
      assertThat(after(before, rate, burst).takeAll(want, now + wait - tolerance)).isFalse();
    }
  }

  private static Gcra after(List<Step> steps, Rate rate, long burst) {
    Gcra bucket = new Gcra(rate, burst, START);
    long now = START;
    for (Step step : steps) {
      now += step.pause();
      bucket.take(step.want(), now);
    }
    return bucket;
  }

  /** The same without rounding: permits in parts of {@code per}'s nanoseconds. */
  private static final class Exact {
    private final BigInteger amount;
    private final BigInteger permit;
    private final BigInteger full;
    private BigInteger left;

    Exact(Rate rate, long burst) {
      amount = BigInteger.valueOf(rate.amount());
      permit = BigInteger.valueOf(rate.per().toNanos());
      full = permit.multiply(BigInteger.valueOf(burst));
      left = full;
    }

    long take(long want, long pause) {
      left = left.add(amount.multiply(BigInteger.valueOf(pause))).min(full);
      long granted = Math.min(want, left.divide(permit).longValueExact());
      left = left.subtract(permit.multiply(BigInteger.valueOf(granted)));
      return granted;
    }
  }
}
