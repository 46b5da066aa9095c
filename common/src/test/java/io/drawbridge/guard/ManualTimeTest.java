package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ManualTimeTest {

  @Test
  void turnsBothClocksTogetherAndOnlyByHand() {
    ManualTime manual = new ManualTime();
    Time time = manual.time();
    long nanos = time.nanos();
    Instant now = time.now();

    assertThat(time.nanos()).isEqualTo(nanos);
    manual.advance(Duration.ofSeconds(2));
    manual.advanceNanos(3);

    assertThat(time.nanos() - nanos).isEqualTo(2_000_000_003L);
    assertThat(time.now()).isEqualTo(now.plusNanos(2_000_000_003L));
  }

  @Test
  void overflowsWithinTheSecond() {
    ManualTime manual = new ManualTime();

    assertThat(manual.nanos()).isPositive();
    manual.advance(Duration.ofMillis(1_001));
    assertThat(manual.nanos()).isNegative();
  }
}
