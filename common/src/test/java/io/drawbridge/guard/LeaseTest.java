package io.drawbridge.guard;

import static io.drawbridge.guard.Lease.Answer.ASKED;
import static io.drawbridge.guard.Lease.Answer.EXHAUSTED;
import static io.drawbridge.guard.Lease.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import io.drawbridge.config.WhenGuardSilent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(40);

  private final ManualTime time = new ManualTime();
  private final AskedGuard guard = new AskedGuard();
  private final Lease lease = lease("100/s", WhenGuardSilent.SHARE);

  /** Writes down what it is asked; the test answers. */
  private static final class AskedGuard implements Lease.Source {
    private final List<Long> asked = new ArrayList<>();
    private boolean silent;
    private int edges = 1;

    @Override
    public void ask(Lease lease, long want) {
      asked.add(want);
    }

    @Override
    public boolean silentFor(Lease lease) {
      return silent;
    }

    @Override
    public int edges() {
      return edges;
    }
  }

  private Lease lease(String rate, WhenGuardSilent whenSilent) {
    return new Lease("keyMessages", "ip:192.0.2.1", Rate.parse(rate), whenSilent, guard);
  }

  private Lease.Answer take() {
    return lease.take(time.nanos());
  }

  private int takeWhileGranted(Lease from) {
    int granted = 0;
    while (granted < 10_000 && from.take(time.nanos()) == GRANTED) {
      granted++;
    }
    return granted;
  }

  private void granted(long count) {
    lease.granted(count, SECOND, time.nanos());
  }

  private void refused() {
    lease.refused(RETRY, time.nanos());
  }

  private void unanswered() {
    guard.silent = true;
    lease.unanswered(Duration.ofMillis(300), time.nanos());
  }

  @Nested
  @DisplayName("while the guard answers")
  final class Answered {

    @ParameterizedTest
    @CsvSource({
      "100/s,10",
      "1/s,1",
      "5/s,1",
      "60/m,1",
      "200/s,20",
      "100000/s,10000",
      "1000000/s,10000"
    })
    void asksForATenthOfASecond(String rate, long want) {
      lease(rate, WhenGuardSilent.SHARE).prepare(time.nanos());

      assertThat(guard.asked).containsExactly(want);
    }

    @Test
    void asksAndMakesTheFirstMessageWait() {
      assertThat(take()).isEqualTo(ASKED);
      assertThat(guard.asked).containsExactly(10L);
    }

    @Test
    void hasPermitsForTheFirstMessageWhenItWasPrepared() {
      lease.prepare(time.nanos());
      granted(10);

      assertThat(take()).isEqualTo(GRANTED);
      assertThat(guard.asked).hasSize(1);
    }

    @Test
    void asksOnceUntilItIsAnswered() {
      lease.prepare(time.nanos());
      lease.prepare(time.nanos());
      assertThat(take()).isEqualTo(ASKED);
      assertThat(take()).isEqualTo(ASKED);

      assertThat(guard.asked).hasSize(1);
    }

    @Test
    void spendsWhatWasGranted() {
      take();
      granted(10);

      assertThat(takeWhileGranted(lease)).isEqualTo(10);
      assertThat(take()).isEqualTo(ASKED);
    }

    @Test
    void asksAheadWhenHalfIsSpent() {
      take();
      granted(10);
      for (int i = 0; i < 4; i++) {
        assertThat(take()).isEqualTo(GRANTED);
      }
      assertThat(guard.asked).hasSize(1);

      assertThat(take()).isEqualTo(GRANTED);
      assertThat(guard.asked).hasSize(2);

      granted(10);
      assertThat(takeWhileGranted(lease)).isEqualTo(15);
    }

    @Test
    void asksForNoMoreWhenOneMoreConnectionSharesPermitsThatSuffice() {
      lease.prepare(time.nanos());
      granted(10);

      for (int connection = 0; connection < 100; connection++) {
        lease.prepare(time.nanos());
      }

      assertThat(guard.asked).hasSize(1);
    }

    @Test
    void asksAheadForANewConnectionWhenFewPermitsAreLeft() {
      lease.prepare(time.nanos());
      granted(5);

      lease.prepare(time.nanos());

      assertThat(guard.asked).hasSize(2);
    }

    @Test
    void losesPermitsThatAreTooOld() {
      take();
      granted(10);

      time.advance(SECOND.minusNanos(1));
      assertThat(take()).isEqualTo(GRANTED);
      time.advanceNanos(1);
      assertThat(take()).isEqualTo(ASKED);
      assertThat(guard.asked).hasSize(2);
    }

    @Test
    void neverRevivesPermitsThatWereLost() {
      take();
      granted(10);
      time.advance(SECOND);

      lease.prepare(time.nanos());
      granted(3);

      assertThat(guard.asked).hasSize(2);
      assertThat(takeWhileGranted(lease)).isEqualTo(3);
    }

    @Test
    void isExhaustedUntilTheGuardSaysToComeBack() {
      take();
      refused();

      assertThat(take()).isEqualTo(EXHAUSTED);
      assertThat(lease.nanosUntilNext(time.nanos())).isEqualTo(RETRY.toNanos());
      time.advance(RETRY.minusNanos(1));
      assertThat(take()).isEqualTo(EXHAUSTED);
      assertThat(lease.nanosUntilNext(time.nanos())).isEqualTo(1);
      assertThat(guard.asked).hasSize(1);
    }

    @Test
    void asksAgainInsteadOfRefusingOnceTheTimeHasCome() {
      take();
      refused();
      time.advance(RETRY);

      assertThat(lease.nanosUntilNext(time.nanos())).isZero();
      assertThat(take()).isEqualTo(ASKED);
      assertThat(guard.asked).hasSize(2);

      granted(10);
      assertThat(take()).isEqualTo(GRANTED);
    }

    @Test
    void spendsWhatItHasThoughThereIsNoMore() {
      take();
      granted(10);
      for (int i = 0; i < 5; i++) {
        take();
      }
      refused();

      assertThat(takeWhileGranted(lease)).isEqualTo(5);
      assertThat(take()).isEqualTo(EXHAUSTED);
      assertThat(guard.asked).hasSize(2);
    }

    @Test
    void neverAsksWhereTheRateIsUnlimited() {
      Lease unlimited = lease("unlimited", WhenGuardSilent.REFUSE);
      guard.silent = true;

      unlimited.prepare(time.nanos());

      assertThat(takeWhileGranted(unlimited)).isEqualTo(10_000);
      assertThat(unlimited.nanosUntilNext(time.nanos())).isZero();
      assertThat(guard.asked).isEmpty();
    }
  }

  @Nested
  @DisplayName("while the guard is silent")
  final class Silent {

    @Test
    void spendsATenthOfTheBurstAtOnce() {
      take();
      unanswered();

      assertThat(takeWhileGranted(lease)).isEqualTo(10);
      assertThat(take()).isEqualTo(EXHAUSTED);
    }

    @Test
    void spendsItsShareOfTheRate() {
      guard.edges = 4;
      take();
      unanswered();
      // 100/s ÷ 4 edges: 25/s, and 2 at once.
      assertThat(takeWhileGranted(lease)).isEqualTo(2);
      assertThat(lease.nanosUntilNext(time.nanos())).isEqualTo(20_000_000);

      int granted = 0;
      for (int step = 0; step < 250; step++) {
        time.advance(Duration.ofMillis(40));
        granted += takeWhileGranted(lease);
      }
      assertThat(granted).isEqualTo(250);
    }

    @Test
    void hasAShareOfOneAtLeast() {
      guard.edges = 1_000;
      take();
      unanswered();

      assertThat(takeWhileGranted(lease)).isEqualTo(1);
    }

    @Test
    void spendsFirstWhatItHasBorrowed() {
      take();
      granted(10);
      guard.silent = true;

      assertThat(takeWhileGranted(lease)).isEqualTo(20);
    }

    @Test
    void keepsAskingSoThatItNoticesTheGuard() {
      take();
      unanswered();
      take();
      assertThat(guard.asked).hasSize(1);

      time.advance(Duration.ofMillis(300));
      take();
      take();

      assertThat(guard.asked).hasSize(2);
    }

    @Test
    void returnsToTheGuardWhenItAnswers() {
      take();
      unanswered();
      takeWhileGranted(lease);
      time.advance(Duration.ofMillis(300));
      take();

      guard.silent = false;
      refused();

      assertThat(take()).isEqualTo(EXHAUSTED);
      assertThat(lease.nanosUntilNext(time.nanos())).isEqualTo(RETRY.toNanos());
      time.advance(RETRY);
      assertThat(take()).isEqualTo(ASKED);
    }

    @Test
    void letsNothingThroughWhereItIsToRefuse() {
      Lease strict = lease("100/s", WhenGuardSilent.REFUSE);
      strict.prepare(time.nanos());
      guard.silent = true;
      strict.unanswered(Duration.ofMillis(300), time.nanos());

      assertThat(strict.take(time.nanos())).isEqualTo(EXHAUSTED);
      assertThat(strict.nanosUntilNext(time.nanos())).isEqualTo(300_000_000);
      time.advance(Duration.ofDays(1));
      assertThat(strict.take(time.nanos())).isEqualTo(EXHAUSTED);
      assertThat(guard.asked).hasSize(2);
    }

    @Test
    void sharesTheWholeRateOutToAllEdges() {
      Rate share = Lease.shareOf(Rate.parse("100/s"), 3);

      assertThat(share.perSecond() * 3).isEqualTo(100);
    }
  }

  @Nested
  @DisplayName("connections that wait")
  final class Waiting {
    private final List<String> called = new ArrayList<>();
    private final Runnable one = () -> called.add("one");
    private final Runnable two = () -> called.add("two");

    @Test
    void areCalledOnceInOrder() {
      take();
      lease.await(one);
      lease.await(two);
      lease.await(one);
      assertThat(called).isEmpty();

      granted(10);
      assertThat(called).containsExactly("one", "two");

      granted(10);
      assertThat(called).containsExactly("one", "two");
    }

    @Test
    void areCalledWhenThereIsNothing() {
      lease.await(one);
      refused();

      assertThat(called).containsExactly("one");
    }

    @Test
    void areCalledWhenTheGuardIsSilent() {
      lease.await(one);
      unanswered();

      assertThat(called).containsExactly("one");
    }

    @Test
    void areNotCalledOnceForgotten() {
      lease.await(one);
      lease.await(two);
      lease.forget(one);
      granted(10);

      assertThat(called).containsExactly("two");
    }

    @Test
    void mayWaitForTheNextAnswerInTheCall() {
      lease.await(
          () -> {
            called.add("first");
            lease.await(one);
          });

      granted(1);
      assertThat(called).containsExactly("first");
      granted(1);
      assertThat(called).containsExactly("first", "one");
    }

    @Test
    void maySpendInTheCall() {
      take();
      lease.await(() -> called.add(take().name()));
      granted(1);

      assertThat(called).containsExactly("GRANTED");
      assertThat(guard.asked).hasSize(2);
    }
  }
}
