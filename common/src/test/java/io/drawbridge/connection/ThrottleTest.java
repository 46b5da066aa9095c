package io.drawbridge.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("When to tell a throttled client, and when to give it up")
final class ThrottleTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  /** A clock may start anywhere, and pass from the largest number to the smallest. */
  private static final long START = Math.subtractExact(Long.MAX_VALUE, SECOND);

  private final Throttle throttle = new Throttle(Duration.ofSeconds(30));

  @Test
  void isNeverTooLongBeforeItBegan() {
    assertThat(throttle.isTooLong(START)).isFalse();
  }

  @Test
  void tellsOnceAsItBegins() {
    assertThat(throttle.heldBack(START)).isTrue();
    assertThat(throttle.heldBack(START + 1)).isFalse();
    assertThat(throttle.heldBack(START + 900 * MILLI)).isFalse();
  }

  @Test
  void tellsNotAgainWithinTenSecondsEvenWhenItWasCalm() {
    throttle.heldBack(START);
    assertThat(throttle.isTooLong(START + SECOND)).isFalse();

    assertThat(throttle.heldBack(START + 2 * SECOND)).isFalse();
  }

  @Test
  void tellsAgainAfterTenSecondsAndACalm() {
    throttle.heldBack(START);
    assertThat(throttle.isTooLong(START + SECOND)).isFalse();

    assertThat(throttle.heldBack(START + 10 * SECOND)).isTrue();
  }

  @Test
  void isTooLongWhenItWasNeverCalm() {
    for (long now = START; now - START < 30 * SECOND; now += 500 * MILLI) {
      throttle.heldBack(now);
      assertThat(throttle.isTooLong(now)).isFalse();
    }
    throttle.heldBack(START + 30 * SECOND);

    assertThat(throttle.isTooLong(START + 30 * SECOND)).isTrue();
  }

  @Test
  void beginsAnewAfterASecondOfCalm() {
    for (long now = START; now - START < 29 * SECOND; now += 500 * MILLI) {
      throttle.heldBack(now);
    }
    assertThat(throttle.isTooLong(START + 30 * SECOND)).isFalse();

    throttle.heldBack(START + 31 * SECOND);
    assertThat(throttle.isTooLong(START + 31 * SECOND)).isFalse();
  }
}
