package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drawbridge.config.Rate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GcraTest {
  private static final Rate TEN_A_SECOND = Rate.parse("10/s");

  private final ManualTime time = new ManualTime();
  private final Gcra bucket = new Gcra(TEN_A_SECOND, 5, time.nanos());

  @Test
  void givesTheWholeBurstAtOnceAndNoMore() {
    assertThat(bucket.take(3, time.nanos())).isEqualTo(3);
    assertThat(bucket.take(3, time.nanos())).isEqualTo(2);
    assertThat(bucket.take(3, time.nanos())).isZero();
  }

  @Test
  void givesOneMoreForEachTenthOfASecond() {
    bucket.take(5, time.nanos());

    time.advance(Duration.ofMillis(250));
    assertThat(bucket.take(5, time.nanos())).isEqualTo(2);
    time.advance(Duration.ofMillis(51));
    assertThat(bucket.take(5, time.nanos())).isEqualTo(1);
  }

  @Test
  void savesNoMoreThanTheBurst() {
    time.advance(Duration.ofDays(1));

    assertThat(bucket.take(100, time.nanos())).isEqualTo(5);
  }

  @Test
  void takesAllOrNothing() {
    assertThat(bucket.takeAll(4, time.nanos())).isTrue();
    assertThat(bucket.takeAll(2, time.nanos())).isFalse();
    assertThat(bucket.takeAll(1, time.nanos())).isTrue();
  }

  @Test
  void neverHasMoreThanTheBurst() {
    time.advance(Duration.ofDays(1));

    assertThat(bucket.takeAll(6, time.nanos())).isFalse();
    assertThat(bucket.takeAll(5, time.nanos())).isTrue();
  }

  @Test
  void hasWhatWasGivenBackInTheSameInstant() {
    bucket.takeAll(5, time.nanos());
    bucket.giveBack(2);

    assertThat(bucket.take(5, time.nanos())).isEqualTo(2);
  }

  @Test
  void holdsNoMoreThanTheBurstHoweverMuchIsGivenBack() {
    bucket.giveBack(100);

    assertThat(bucket.take(100, time.nanos())).isEqualTo(5);
  }

  @Test
  void tellsHowLongToWait() {
    assertThat(bucket.nanosUntil(5, time.nanos())).isZero();

    bucket.take(5, time.nanos());
    assertThat(bucket.nanosUntil(1, time.nanos())).isEqualTo(100_000_000);
    assertThat(bucket.nanosUntil(2, time.nanos())).isEqualTo(200_000_000);

    time.advance(Duration.ofMillis(30));
    assertThat(bucket.nanosUntil(1, time.nanos())).isEqualTo(70_000_000);
  }

  @Test
  void waitsForAnEmptyBucketWhereMoreThanTheBurstIsWanted() {
    bucket.take(5, time.nanos());

    assertThat(bucket.nanosUntil(1_000, time.nanos())).isEqualTo(500_000_000);
  }

  @Test
  void alwaysHasRoomForOne() {
    Gcra slow = new Gcra(Rate.parse("1/h"), 0.001, time.nanos());

    assertThat(slow.takeAll(1, time.nanos())).isTrue();
    assertThat(slow.nanosUntil(1, time.nanos()))
        .isCloseTo(Duration.ofHours(1).toNanos(), within(2L));
    time.advance(Duration.ofHours(1));
    assertThat(slow.takeAll(1, time.nanos())).isTrue();
  }

  @Test
  void ignoresAClockThatGoesBack() {
    bucket.take(5, time.nanos());
    time.advance(Duration.ofSeconds(-1));
    assertThat(bucket.take(5, time.nanos())).isZero();

    time.advance(Duration.ofMillis(1_100));
    assertThat(bucket.take(5, time.nanos())).isEqualTo(1);
  }

  @Test
  void isIdleWhenAllHasLeakedAway() {
    assertThat(bucket.isIdle(time.nanos())).isTrue();

    bucket.take(5, time.nanos());
    time.advance(Duration.ofMillis(499));
    assertThat(bucket.isIdle(time.nanos())).isFalse();
    time.advance(Duration.ofMillis(2));
    assertThat(bucket.isIdle(time.nanos())).isTrue();
  }
}
