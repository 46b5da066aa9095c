package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StrikesTest {
  private static final BanSubject SUBJECT = new BanSubject(false, "192.0.2.1");
  private static final BanSubject OTHER = new BanSubject(false, "192.0.2.2");
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final ManualTime time = new ManualTime();
  private final Strikes strikes = new Strikes(10, WINDOW, 100);

  private boolean strike(BanSubject subject, long count) {
    return strikes.add(subject, count, time.nanos());
  }

  @Test
  void areTooManyAtTheLimit() {
    for (int i = 1; i < 10; i++) {
      assertThat(strike(SUBJECT, 1)).as("strike %s", i).isFalse();
      time.advance(Duration.ofSeconds(6));
    }
    assertThat(strike(SUBJECT, 1)).isTrue();
  }

  @Test
  void beginAnewWhenTheyWereTooMany() {
    assertThat(strike(SUBJECT, 10)).isTrue();
    assertThat(strike(SUBJECT, 9)).isFalse();
    assertThat(strike(SUBJECT, 1)).isTrue();
  }

  @Test
  void thoseThatWereCountedCountUnderAnotherLimitToo() {
    strike(SUBJECT, 4);
    strikes.limit(5, WINDOW);

    assertThat(strike(OTHER, 4)).isFalse();
    assertThat(strike(SUBJECT, 1)).isTrue();
  }

  @Test
  void mayComeManyAtOnce() {
    assertThat(strike(SUBJECT, 9)).isFalse();
    assertThat(strike(SUBJECT, Long.MAX_VALUE)).isTrue();
  }

  @Test
  void countNoMoreWhenTheWindowIsOver() {
    assertThat(strike(SUBJECT, 9)).isFalse();
    time.advance(WINDOW);
    assertThat(strike(SUBJECT, 9)).isFalse();
  }

  @Test
  void countUntilTheWindowIsOver() {
    assertThat(strike(SUBJECT, 9)).isFalse();
    time.advance(WINDOW.minusNanos(1));
    assertThat(strike(SUBJECT, 1)).isTrue();
  }

  @Test
  void ofOneSubjectAreNotThoseOfAnother() {
    assertThat(strike(SUBJECT, 9)).isFalse();
    assertThat(strike(OTHER, 9)).isFalse();
    assertThat(strike(new BanSubject(true, "192.0.2.1"), 9)).isFalse();
  }

  @Test
  void areForgottenForOneWhoIsPardoned() {
    strike(SUBJECT, 9);
    strikes.forget(SUBJECT);
    assertThat(strike(SUBJECT, 9)).isFalse();
  }

  @Test
  void areForgottenForWhoeverWasStruckLongestAgoWhenThereAreTooManySubjects() {
    strike(SUBJECT, 8);
    strike(OTHER, 9);
    strike(SUBJECT, 1);
    for (int i = 0; i < 99; i++) {
      strike(new BanSubject(true, "u" + i), 1);
    }
    assertThat(strikes.subjects()).isEqualTo(100);
    assertThat(strike(SUBJECT, 1)).isTrue();
    assertThat(strike(OTHER, 9)).isFalse();
  }

  @Test
  void areNeverTooManyWhenTheyAreUnlimited() {
    Strikes unlimited = new Strikes(Integer.MAX_VALUE, WINDOW, 100);
    assertThat(unlimited.add(SUBJECT, Long.MAX_VALUE, time.nanos())).isFalse();
    assertThat(unlimited.add(SUBJECT, Long.MAX_VALUE, time.nanos())).isFalse();
    assertThat(unlimited.subjects()).isZero();
  }
}
