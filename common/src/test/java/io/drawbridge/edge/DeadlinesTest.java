package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
  private static final long SECOND = 1_000_000_000;

  /** A clock may start anywhere, and pass from the largest number to the smallest. */
  private static final long START = Math.subtractExact(Long.MAX_VALUE, SECOND);

  private final Deadlines<String> handshakes = new Deadlines<>(Duration.ofSeconds(5));

  @Test
  void namesEachThatIsOverItsTimeOnce() {
    handshakes.begin("a", "", START);
    handshakes.begin("b", "", START + SECOND);

    assertThat(handshakes.overdue(START + 5 * SECOND - 1)).isEmpty();
    assertThat(handshakes.overdue(START + 5 * SECOND)).isEqualTo(List.of("a"));
    assertThat(handshakes.overdue(START + 5 * SECOND)).isEmpty();
    assertThat(handshakes.overdue(START + 10 * SECOND)).isEqualTo(List.of("b"));
  }

  @Test
  void forgetsWhoIsDoneAndSaysSoOnce() {
    handshakes.begin("a", "", START);

    assertThat(handshakes.end("a")).isTrue();
    assertThat(handshakes.end("a")).isFalse();
    assertThat(handshakes.overdue(START + 9 * SECOND)).isEmpty();
  }

  @Test
  void givesTheOldestUpWhereTheyAreTooMany() {
    for (int i = 0; i < Deadlines.MOST; i++) {
      assertThat(handshakes.begin("socket " + i, "", START)).isNull();
    }

    assertThat(handshakes.begin("one more", "", START)).isEqualTo("socket 0");
    assertThat(handshakes.end("socket 0")).isFalse();

    assertThat(handshakes.end("socket 1")).isTrue();
    assertThat(handshakes.begin("in its place", "", START)).isNull();
  }

  @Test
  void givesTheOldestOfAnAddressUpWhereThatHasTooMany() {
    handshakes.begin("honest", "192.0.2.2", START);
    for (int i = 0; i < Deadlines.MOST_OF_ADDRESS; i++) {
      assertThat(handshakes.begin("socket " + i, "192.0.2.1", START)).isNull();
    }

    assertThat(handshakes.begin("one more", "192.0.2.1", START)).isEqualTo("socket 0");
    assertThat(handshakes.begin("honest, too", "192.0.2.2", START)).isNull();

    assertThat(handshakes.end("socket 1")).isTrue();
    assertThat(handshakes.begin("in its place", "192.0.2.1", START)).isNull();
    assertThat(handshakes.overdue(START + 5 * SECOND)).hasSize(1_002);
    assertThat(handshakes.begin("much later", "192.0.2.1", START)).isNull();
  }
}
