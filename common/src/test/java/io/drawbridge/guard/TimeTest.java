package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeTest {

  @Test
  void readsTheClocksThatItWasGiven() {
    Time time = new Time(() -> Instant.EPOCH, () -> 42);

    assertThat(time.now()).isEqualTo(Instant.EPOCH);
    assertThat(time.nanos()).isEqualTo(42);
  }

  @Test
  void readsTheMachinesClocksInProduction() {
    Time time = Time.system();

    long nanos = System.nanoTime();
    assertThat(time.now()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    assertThat(time.nanos()).isBetween(nanos, nanos + 60_000_000_000L);
  }
}
