package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.config.Rate;
import io.drawbridge.guard.Limiter.Grant;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimiterTest {
  private final ManualTime time = new ManualTime();
  private final Limiter limiter = limiter(3);

  private static Limiter limiter(int maxKeys) {
    return new Limiter(
        Map.of(
            "messages",
            Limiter.Limit.of(Rate.parse("10/s")),
            "logins",
            Limiter.Limit.of(Rate.parse("3/s")),
            "any",
            Limiter.Limit.of(Rate.UNLIMITED)),
        maxKeys);
  }

  private Grant grant(String limit, String key, long want) {
    return limiter.grant(limit, key, want, time.nanos());
  }

  @Test
  void lendsWhatIsWantedForASecond() {
    assertThat(grant("messages", "ip:1", 4)).isEqualTo(new Grant(4, 1_000));
  }

  @Test
  void lendsOneSecondOfTheRateAtOnce() {
    assertThat(grant("messages", "ip:1", 100)).isEqualTo(new Grant(10, 1_000));
    assertThat(grant("messages", "ip:1", 100)).isEqualTo(new Grant(0, 100));
  }

  @Test
  void lendsAsMuchAtOnceAsTheLimitsOwnBurst() {
    Limiter own = new Limiter(Map.of("a", new Limiter.Limit(Rate.parse("20/s"), 100)), 1);

    assertThat(own.grant("a", "ip:1", 150, time.nanos())).isEqualTo(new Grant(100, 1_000));
    assertThat(own.grant("a", "ip:1", 1, time.nanos())).isEqualTo(new Grant(0, 50));
  }

  @Test
  void aLimitThatChangesBeginsAnewAndTheOthersGoOn() {
    grant("messages", "ip:1", 10);
    grant("logins", "ip:1", 3);

    limiter.limits(
        Map.of(
            "messages",
            Limiter.Limit.of(Rate.parse("5/s")),
            "logins",
            Limiter.Limit.of(Rate.parse("3/s"))));

    assertThat(grant("messages", "ip:1", 100).granted()).isEqualTo(5);
    assertThat(grant("logins", "ip:1", 100).granted()).isZero();
    assertThatThrownBy(() -> grant("any", "ip:1", 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lendsTheRestWhereMoreIsWanted() {
    grant("messages", "ip:1", 8);

    assertThat(grant("messages", "ip:1", 8)).isEqualTo(new Grant(2, 1_000));
  }

  @Test
  void keepsABucketForEachKeyAndEachLimit() {
    grant("messages", "ip:1", 10);

    assertThat(grant("messages", "ip:2", 10).granted()).isEqualTo(10);
    assertThat(grant("logins", "ip:1", 10).granted()).isEqualTo(3);
    assertThat(grant("messages", "ip:1", 10).granted()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10/s", "3/s", "7/s", "300/s", "999/s", "7/m", "1000000/s"})
  void advisesToComeBackWhenAPermitIsThere(String rate) {
    Limiter one = new Limiter(Map.of("messages", Limiter.Limit.of(Rate.parse(rate))), 1);
    long all = Math.max(1, (long) Rate.parse(rate).perSecond());
    assertThat(one.grant("messages", "k", all, time.nanos()).granted()).isEqualTo(all);
    Grant refused = one.grant("messages", "k", 1, time.nanos());
    assertThat(refused.granted()).isZero();
    assertThat(refused.millis()).isPositive();

    if (refused.millis() > 1) {
      time.advance(Duration.ofMillis(refused.millis() - 1));
      assertThat(one.grant("messages", "k", 1, time.nanos()).granted()).isZero();
      time.advance(Duration.ofMillis(1));
    } else {
      time.advance(Duration.ofMillis(1));
    }
    assertThat(one.grant("messages", "k", 1, time.nanos()).granted()).isEqualTo(1);
  }

  @Test
  void lendsAllThatIsWantedOfAnUnlimitedRateAndKeepsNothing() {
    Limiter none = limiter(0);

    assertThat(none.grant("any", "ip:1", 10_000, time.nanos())).isEqualTo(new Grant(10_000, 1_000));
    assertThat(none.grant("any", "ip:1", 10_000, time.nanos())).isEqualTo(new Grant(10_000, 1_000));
  }

  @Test
  void refusesALimitThatItDoesNotKnow() {
    assertThatThrownBy(() -> grant("message", "ip:1", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: unknown");
  }

  @Test
  void namesItsLimits() {
    assertThat(limiter.limits()).containsExactlyInAnyOrder("messages", "logins", "any");
  }

  @Test
  void refusesNewKeysWhileAllBucketsAreInUse() {
    for (String key : new String[] {"ip:1", "ip:2", "ip:3"}) {
      assertThat(grant("messages", key, 10).granted()).isEqualTo(10);
    }
    time.advance(Duration.ofMillis(500));

    assertThat(grant("messages", "ip:4", 1)).isEqualTo(new Grant(0, 1_000));
    assertThat(grant("messages", "ip:1", 10).granted()).isEqualTo(5);
  }

  @Test
  void forgetsTheKeyThatWasUsedLongestAgoOnceItsBucketIsIdle() {
    grant("messages", "ip:1", 10);
    time.advance(Duration.ofMillis(400));
    grant("messages", "ip:2", 10);
    grant("messages", "ip:3", 10);
    time.advance(Duration.ofMillis(601));

    assertThat(grant("messages", "ip:4", 1).granted()).isEqualTo(1);
    // It took the place of the first; those in use are as they were.
    assertThat(grant("messages", "ip:2", 10).granted()).isEqualTo(6);
    assertThat(grant("messages", "ip:3", 10).granted()).isEqualTo(6);
    assertThat(grant("messages", "ip:1", 1).granted()).isZero();
  }

  @Test
  void keepsAnOldKeyThatWasUsedOfLate() {
    grant("messages", "ip:1", 1);
    grant("messages", "ip:2", 1);
    grant("messages", "ip:3", 1);
    time.advance(Duration.ofSeconds(1));
    grant("messages", "ip:1", 10);

    assertThat(grant("messages", "ip:4", 1).granted()).isEqualTo(1);
    assertThat(grant("messages", "ip:1", 10).granted()).isZero();
  }
}
