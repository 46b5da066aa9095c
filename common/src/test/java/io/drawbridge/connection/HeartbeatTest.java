package io.drawbridge.connection;

import static io.drawbridge.connection.Heartbeat.Beat.DEAD;
import static io.drawbridge.connection.Heartbeat.Beat.PING;
import static io.drawbridge.connection.Heartbeat.Beat.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.LimitSettings;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pings at regular intervals, and an answer in time")
final class HeartbeatTest {
  private static final long SECOND = 1_000_000_000;

  /** A clock may start anywhere, and pass from the largest number to the smallest. */
  private static final long START = Math.subtractExact(Long.MAX_VALUE, SECOND);

  private final Heartbeat heartbeat =
      new Heartbeat(Duration.ofSeconds(30), Duration.ofSeconds(10), START);

  private Heartbeat.Beat at(long seconds) {
    return heartbeat.beat(START + seconds * SECOND);
  }

  @Test
  void isQuietUntilThePingIsDue() {
    assertThat(at(0)).isEqualTo(QUIET);
    assertThat(at(29)).isEqualTo(QUIET);
    assertThat(at(30)).isEqualTo(PING);
    assertThat(at(31)).isEqualTo(QUIET);
  }

  @Test
  void isDeadWhenNothingCameInTime() {
    assertThat(at(30)).isEqualTo(PING);
    assertThat(at(39)).isEqualTo(QUIET);
    assertThat(at(40)).isEqualTo(DEAD);
  }

  @Test
  void saysHowLongItStaysQuiet() {
    assertThat(heartbeat.nanosUntilBeat(START)).isEqualTo(30 * SECOND);
    assertThat(at(30)).isEqualTo(PING);
    assertThat(heartbeat.nanosUntilBeat(START + 30 * SECOND)).isEqualTo(10 * SECOND);
    heartbeat.heard();
    assertThat(heartbeat.nanosUntilBeat(START + 30 * SECOND)).isEqualTo(30 * SECOND);
  }

  @Test
  void staysQuietNoLongerThanToTheNextPingWherePatienceIsLonger() {
    Heartbeat patient = new Heartbeat(Duration.ofSeconds(10), Duration.ofSeconds(30), START);
    assertThat(patient.beat(START + 10 * SECOND)).isEqualTo(PING);

    assertThat(patient.nanosUntilBeat(START + 10 * SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void anyByteIsAnAnswer() {
    assertThat(at(30)).isEqualTo(PING);
    heartbeat.heard();

    assertThat(at(45)).isEqualTo(QUIET);
    assertThat(at(60)).isEqualTo(PING);
    assertThat(at(70)).isEqualTo(DEAD);
  }

  @Test
  void countsPatienceFromThePingThatWasLate() {
    assertThat(at(37)).isEqualTo(PING);
    assertThat(at(46)).isEqualTo(QUIET);
    assertThat(at(47)).isEqualTo(DEAD);
  }

  @Test
  void neverPingsWhereThatIsSwitchedOff() {
    Heartbeat off = new Heartbeat(LimitSettings.FOREVER, LimitSettings.FOREVER, START);

    assertThat(off.beat(START + 1_000_000 * SECOND)).isEqualTo(QUIET);
  }

  @Test
  void waitsLongerThanTheIntervalWhereToldTo() {
    Heartbeat patient = new Heartbeat(Duration.ofSeconds(1), Duration.ofSeconds(5), START);

    assertThat(patient.beat(START + SECOND)).isEqualTo(PING);
    assertThat(patient.beat(START + 5 * SECOND)).isEqualTo(QUIET);
    assertThat(patient.beat(START + 6 * SECOND)).isEqualTo(DEAD);
  }
}
