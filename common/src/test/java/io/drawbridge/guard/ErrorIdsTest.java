package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorIdsTest {
  private static final Instant AT = Instant.parse("2026-11-22T18:00:00.123Z");

  private final ErrorIds ids = new ErrorIds();

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 0x5555_5555_5555_5555L})
  void areUuidsOfVersion7WhateverTheChance(long random) {
    RandomGenerator fixed = () -> random;

    UUID id = UUID.fromString(new ErrorIds(fixed).next(AT));

    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(AT.toEpochMilli());
  }

  @Test
  void useAllTheChanceThatThereIs() {
    RandomGenerator ones = () -> -1;

    assertThat(new ErrorIds(ones).next(Instant.EPOCH))
        .isEqualTo("00000000-0000-7fff-bfff-ffffffffffff");
  }

  @Test
  void sortByTime() {
    String before = ids.next(AT);
    String after = ids.next(AT.plusMillis(1));
    String later = ids.next(AT.plusSeconds(100_000_000));

    assertThat(before).isLessThan(after);
    assertThat(after).isLessThan(later);
  }

  @Test
  void areNeverTheSameEvenWithinAMillisecond() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      assertThat(seen.add(ids.next(AT))).isTrue();
    }
  }

  @Test
  void areNotGuessedFromAnotherEdges() {
    assertThat(new ErrorIds().next(AT)).isNotEqualTo(new ErrorIds().next(AT));
  }
}
