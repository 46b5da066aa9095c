package io.drawbridge.connection;

import static io.drawbridge.guard.Lease.Answer.ASKED;
import static io.drawbridge.guard.Lease.Answer.EXHAUSTED;
import static io.drawbridge.guard.Lease.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.guard.TestLease;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What one connection may send: messages, bytes, and permits of its key")
final class AllowanceTest {
  private static final long SECOND = 1_000_000_000;

  /** A clock may start anywhere, and pass from the largest number to the smallest. */
  private static final long START = Math.subtractExact(Long.MAX_VALUE, SECOND);

  private static LimitSettings limits(String limits) {
    SettingsResult result = SettingsReader.read("limits: {" + limits + "}");
    return ((SettingsResult.Loaded) result).settings().limits();
  }

  private static Allowance allowance(String limits) {
    return new Allowance(limits(limits), START);
  }

  @Test
  void grantsABurstOfOneSecondAndThenTheRate() {
    Allowance allowance = allowance("messages: 10/s, bytes: unlimited");

    for (int i = 0; i < 10; i++) {
      assertThat(allowance.take(1, START)).isEqualTo(GRANTED);
    }
    assertThat(allowance.take(1, START)).isEqualTo(EXHAUSTED);
    assertThat(allowance.nanosUntil(1, START)).isEqualTo(SECOND / 10);
    assertThat(allowance.take(1, START + SECOND / 10 - 1)).isEqualTo(EXHAUSTED);
    assertThat(allowance.take(1, START + SECOND / 10)).isEqualTo(GRANTED);
    assertThat(allowance.take(1, START + SECOND / 10)).isEqualTo(EXHAUSTED);
  }

  @Test
  void grantsAnythingWhereNothingIsLimited() {
    Allowance allowance = allowance("messages: unlimited, bytes: unlimited");

    for (int i = 0; i < 100_000; i++) {
      assertThat(allowance.take(Integer.MAX_VALUE, START)).isEqualTo(GRANTED);
    }
    assertThat(allowance.nanosUntil(Integer.MAX_VALUE, START)).isZero();
  }

  @Test
  void alwaysHasRoomForOneMessageOfFullSize() {
    Allowance allowance = allowance("messages: unlimited, bytes: 1KiB/s, messageSize: 64KiB");

    assertThat(allowance.take(65_536, START)).isEqualTo(GRANTED);
    assertThat(allowance.take(1, START)).isEqualTo(EXHAUSTED);
    assertThat(allowance.nanosUntil(65_536, START)).isEqualTo(64 * SECOND);
    assertThat(allowance.take(65_536, START + 64 * SECOND)).isEqualTo(GRANTED);
  }

  @Test
  void aMessageRefusedForItsBytesCostsNoPermit() {
    Allowance allowance =
        allowance("messages: 2/s, bytes: 100/s, messageSize: 100, frameSize: 100");
    assertThat(allowance.take(90, START)).isEqualTo(GRANTED);

    assertThat(allowance.take(11, START)).isEqualTo(EXHAUSTED);

    assertThat(allowance.take(10, START)).isEqualTo(GRANTED);
    assertThat(allowance.take(0, START)).isEqualTo(EXHAUSTED);
  }

  @Test
  void aMessageRefusedForItsKeyCostsNothingOfItsOwn() {
    Allowance allowance =
        allowance("messages: 2/s, bytes: 100/s, messageSize: 100, frameSize: 100");
    TestLease key = new TestLease();
    allowance.lease(key.lease());

    for (int i = 0; i < 10; i++) {
      assertThat(allowance.take(100, START)).isEqualTo(ASKED);
    }
    key.grant(1, START);

    assertThat(allowance.take(100, START)).isEqualTo(GRANTED);
    assertThat(allowance.take(0, START)).isEqualTo(ASKED);
  }

  @Test
  void anExhaustedKeyTellsHowLongToWait() {
    Allowance allowance = allowance("messages: 2/s, bytes: unlimited");
    TestLease key = new TestLease();
    allowance.lease(key.lease());
    assertThat(allowance.take(1, START)).isEqualTo(ASKED);

    key.refuse(2 * SECOND, START);

    assertThat(allowance.take(1, START)).isEqualTo(EXHAUSTED);
    assertThat(allowance.nanosUntil(1, START)).isEqualTo(2 * SECOND);
  }

  @Test
  void noPermitOfTheKeyIsSpentWhereTheConnectionHasNoneOfItsOwn() {
    Allowance allowance = allowance("messages: 1/s, bytes: unlimited");
    TestLease key = new TestLease();
    allowance.lease(key.lease());
    assertThat(allowance.take(1, START)).isEqualTo(ASKED);
    key.grant(2, START);
    assertThat(allowance.take(1, START)).isEqualTo(GRANTED);

    assertThat(allowance.take(1, START)).isEqualTo(EXHAUSTED);

    assertThat(allowance.take(1, START + SECOND / 2)).isEqualTo(EXHAUSTED);
    assertThat(key.lease().take(START)).isEqualTo(GRANTED);
  }

  @Test
  void controlFramesNeedNoPermitOfTheKey() {
    Allowance allowance = allowance("messages: 2/s, bytes: unlimited");
    allowance.lease(new TestLease().lease());

    assertThat(allowance.takeControl(START)).isEqualTo(GRANTED);
    assertThat(allowance.takeControl(START)).isEqualTo(GRANTED);
    assertThat(allowance.takeControl(START)).isEqualTo(EXHAUSTED);
  }

  @Test
  void aControlFrameWaitsForNothingButAPermitOfItsOwn() {
    Allowance allowance =
        allowance("messages: 2/s, bytes: 100/s, messageSize: 100, frameSize: 100");
    TestLease key = new TestLease();
    allowance.lease(key.lease());
    assertThat(allowance.take(100, START)).isEqualTo(ASKED);
    key.grant(1, START);
    assertThat(allowance.take(100, START)).isEqualTo(GRANTED);

    assertThat(allowance.takeControl(START)).isEqualTo(GRANTED);

    assertThat(allowance.takeControl(START)).isEqualTo(EXHAUSTED);
    assertThat(allowance.nanosUntilControl(START)).isEqualTo(SECOND / 2);
  }

  @Test
  void controlFramesAreBoundedEvenWhereMessagesAreNot() {
    Allowance allowance = allowance("messages: unlimited, bytes: unlimited");

    for (int i = 0; i < 100; i++) {
      assertThat(allowance.takeControl(START)).isEqualTo(GRANTED);
    }
    assertThat(allowance.takeControl(START)).isEqualTo(EXHAUSTED);
    assertThat(allowance.nanosUntilControl(START)).isEqualTo(SECOND / 100);
    assertThat(allowance.take(1, START)).as("messages are none of them").isEqualTo(GRANTED);
    assertThat(allowance.takeControl(START + SECOND / 100)).isEqualTo(GRANTED);
    assertThat(allowance.takeControl(START + SECOND / 100)).isEqualTo(EXHAUSTED);
  }
}
