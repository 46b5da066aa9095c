package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectAccountTest {
  private static final Duration NONE = Duration.ZERO;

  private final ManualTime time = new ManualTime();
  private final ConnectAccount account =
      new ConnectAccount("echo.connectRate", "ip:192.0.2.1", Rate.parse("20/s"), 100, time.nanos());

  private long take() {
    return account.take(time.nanos());
  }

  /** How many come in at once. */
  private int takeAll() {
    int in = 0;
    while (in < 10_000 && take() == 0) {
      in++;
    }
    return in;
  }

  private long want() {
    return account.want(time.nanos());
  }

  private long answered(long wanted, long granted, Duration wait) {
    return account.answered(wanted, granted, wait, time.nanos());
  }

  @Test
  void letsABurstInAndThenTheRate() {
    assertThat(takeAll()).isEqualTo(100);
    assertThat(take()).isEqualTo(50_000_000);

    time.advance(Duration.ofSeconds(1));
    assertThat(takeAll()).isEqualTo(20);
  }

  @Test
  void owesTheGuardWhatItHasLetIn() {
    take();
    assertThat(want()).isEqualTo(1);
    take();
    take();
    assertThat(want()).as("while it asks").isZero();

    assertThat(answered(1, 1, NONE)).isZero();
    assertThat(want()).isEqualTo(2);
    assertThat(answered(2, 2, NONE)).isZero();
    assertThat(want()).isZero();
  }

  @Test
  void letsNobodyInWhileTheGuardHasTooFew() {
    takeAll();
    time.advance(Duration.ofSeconds(2));
    long wanted = want();

    long rest = answered(wanted, 98, NONE);

    assertThat(rest).as("two at 20/s").isEqualTo(50_000_000);
    assertThat(take()).isEqualTo(rest);
    assertThat(want()).as("before its time").isZero();
    time.advanceNanos(rest);
    assertThat(take()).as("not yet paid").isPositive();
    assertThat(want()).isEqualTo(2);
    assertThat(answered(2, 2, NONE)).isZero();
    assertThat(take()).isZero();
  }

  @Test
  void waitsForAsLongAsTheGuardSaysAndForAllThatIsOwed() {
    for (int i = 0; i < 11; i++) {
      take();
    }

    assertThat(answered(want(), 0, Duration.ofMillis(200))).isEqualTo(700_000_000);
  }

  @Test
  void asksForSoManyAtMost() {
    ConnectAccount large = new ConnectAccount("a", "k", Rate.parse("9/s"), 5_000, time.nanos());
    for (int i = 0; i < 3_000; i++) {
      large.take(time.nanos());
    }

    assertThat(large.want(time.nanos())).isEqualTo(1_000);
    assertThat(large.answered(1_000, 1_000, NONE, time.nanos())).isZero();
    assertThat(large.want(time.nanos())).isEqualTo(1_000);
  }

  @Test
  void countsAsPaidWhatWasNotAnswered() {
    takeAll();

    account.unanswered(want());

    assertThat(want()).isZero();
    time.advance(Duration.ofMillis(50));
    assertThat(take()).isZero();
    assertThat(want()).isEqualTo(1);
  }

  @Test
  void aloneItsShareIsAllOfTheLimit() {
    int in = 0;
    while (account.takeShare(1, time.nanos()) == 0) {
      in++;
    }

    assertThat(in).isEqualTo(100);
    assertThat(want()).isZero();
  }

  @Test
  void withOthersItsShareIsAPartOfTheRateAndATenthOfThatOfTheBurst() {
    int in = 0;
    while (account.takeShare(0.5, time.nanos()) == 0) {
      in++;
    }
    assertThat(in).isEqualTo(5);

    assertThat(account.takeShare(0.5, time.nanos())).isEqualTo(100_000_000);
    time.advance(Duration.ofMillis(100));
    assertThat(account.takeShare(0.5, time.nanos())).isZero();
    assertThat(account.takeShare(0.5, time.nanos())).isPositive();
  }

  @Test
  void whatWasSpentBeforeSilenceIsSpent() {
    takeAll();

    assertThat(account.takeShare(1, time.nanos())).isPositive();
  }

  @Test
  void probesOnceAtATime() {
    assertThat(account.probe()).isEqualTo(1);
    assertThat(account.probe()).isZero();
    account.unanswered(1);
    assertThat(account.probe()).isEqualTo(1);
  }
}
