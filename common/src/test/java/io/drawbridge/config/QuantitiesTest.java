package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @ParameterizedTest
  @CsvSource({
    "0s, PT0S",
    "500ms, PT0.5S",
    "5s, PT5S",
    "1m, PT1M",
    "24h, PT24H",
    "1d, PT24H",
    "5 s, PT5S",
    "36500d, PT876000H"
  })
  void readsDurations(String text, Duration duration) {
    assertThat(Quantities.parseDuration(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "s",
        "-5s",
        "1.5s",
        "5S",
        "5 minutes",
        "1h30m",
        "36501d",
        "99999999999999999999s"
      })
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> Quantities.parseDuration(text)).isInstanceOf(BadValue.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65536, 65536",
    "64B, 64",
    "64KiB, 65536",
    "64kib, 65536",
    "1KB, 1000",
    "1MB, 1000000",
    "1MiB, 1048576",
    "1GiB, 1073741824",
    "2GB, 2000000000",
    "1 KiB, 1024"
  })
  void readsSizes(String text, long bytes) {
    assertThat(Quantities.parseSize(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "KiB", "-1", "1.5MiB", "1TiB", "1k", "999999999999999999GiB"})
  void refusesOtherSizes(String text) {
    assertThatThrownBy(() -> Quantities.parseSize(text)).isInstanceOf(BadValue.class);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.5S, 500ms",
    "PT5S, 5s",
    "PT90S, 90s",
    "PT60S, 1m",
    "PT48H, 2d",
    "PT25H, 25h"
  })
  void writesDurationsInTheirLargestUnit(Duration duration, String text) {
    assertThat(Quantities.written(duration)).isEqualTo(text);
    assertThat(Quantities.parseDuration(text)).isEqualTo(duration);
  }

  @Test
  void takesUnlimitedForWhateverIsALimit() {
    TextNode unlimited = TextNode.valueOf("unlimited");

    assertThat(Quantities.count(unlimited)).isEqualTo(LimitSettings.UNLIMITED);
    assertThat(Quantities.size(unlimited)).isEqualTo(LimitSettings.UNLIMITED);
    assertThat(Quantities.smallCount(unlimited)).isEqualTo(Integer.MAX_VALUE);
    assertThat(Quantities.messageSize(unlimited)).isEqualTo(LimitSettings.LARGEST_MESSAGE);
    assertThat(Quantities.limitDuration(unlimited)).isEqualTo(LimitSettings.FOREVER);
    assertThat(Quantities.rate(unlimited)).isEqualTo(Rate.UNLIMITED);
    assertThat(Quantities.byteRate(unlimited)).isEqualTo(Rate.UNLIMITED);
    assertThatThrownBy(() -> Quantities.positiveDuration(unlimited)).isInstanceOf(BadValue.class);
  }

  @Test
  void saysThatAUnitIsMissing() {
    assertThatThrownBy(() -> Quantities.duration(IntNode.valueOf(5)))
        .hasMessageContaining("such as 500ms, 30s")
        .hasMessageEndingWith("got 5; a unit is missing");
  }

  @Test
  void keepsTheLongestDurationWithinNanoseconds() {
    assertThat(LimitSettings.FOREVER.toNanos()).isPositive();
  }
}
