package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {

  @ParameterizedTest
  @CsvSource({
    "100/s, 100, PT1S, 100",
    "60/m, 60, PT1M, 1",
    "1MiB/s, 1048576, PT1S, 1048576",
    "36/h, 36, PT1H, 0.01",
    "1/d, 1, PT24H, 0.000011574",
    "5/500ms, 5, PT0.5S, 10"
  })
  void readsAnAmountPerTime(String text, long amount, Duration per, double perSecond) {
    Rate rate = Rate.parse(text);

    assertThat(rate).isEqualTo(new Rate(amount, per));
    assertThat(rate.perSecond()).isCloseTo(perSecond, withPercentage(0.01));
    assertThat(rate.unlimited()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"100/s", "60/m", "1048576/s", "5/10s", "5/500ms", "7/d", "unlimited"})
  void writesWhatItReads(String text) {
    assertThat(Rate.parse(text)).hasToString(text);
  }

  @Test
  void writesBytesInPlainDigits() {
    assertThat(Rate.parse("1KiB/s")).hasToString("1024/s");
  }

  @Test
  void isInfiniteWhenUnlimited() {
    assertThat(Rate.UNLIMITED.unlimited()).isTrue();
    assertThat(Rate.UNLIMITED.perSecond()).isInfinite();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "100", "/s", "100/", "0/s", "-1/s", "1/0s", "1/2/s", "1/x", "Unlimited"})
  void refusesWhatIsNoRate(String text) {
    assertThatThrownBy(() -> Rate.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a rate such as 100/s, 60/m or 1MiB/s");
  }

  @Test
  void isNeverZeroOrFinerThanAMillisecond() {
    assertThatThrownBy(() -> new Rate(0, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Rate(1, Duration.ofNanos(1_500_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
