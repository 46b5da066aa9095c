package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RosterTest {
  private static final long GONE_AFTER = Roster.GONE_AFTER.toNanos();
  private static final long HOUR = Duration.ofHours(1).toNanos();

  /** Of a clock that begins again from the lowest number soon. */
  private static final long START = Long.MAX_VALUE - HOUR / 2;

  private final Roster roster = new Roster();

  private static Member member(Member.State state, long since) {
    return new Member("a", "node-a", state, since, Map.of(), new JsonObject());
  }

  private boolean heard(Member.State state, long since) {
    return roster.heard(member(state, since), START);
  }

  @Test
  void tellsWhetherAnythingIsNew() {
    assertThat(heard(Member.State.ACTIVE, 1)).isTrue();
    assertThat(heard(Member.State.ACTIVE, 1)).isFalse();
    assertThat(heard(Member.State.ACTIVE, 2)).isTrue();
    assertThat(heard(Member.State.LEAVING, 2)).isTrue();
    assertThat(heard(Member.State.LEAVING, 2)).isFalse();
    assertThat(roster.members()).isEmpty();
  }

  @Test
  void forgetsWhoHasFallenSilent() {
    heard(Member.State.ACTIVE, 1);

    assertThat(roster.sweep(START + GONE_AFTER)).isEmpty();
    assertThat(roster.sweep(START + GONE_AFTER + 1)).hasSize(1);
    assertThat(roster.find("a")).isNull();
  }

  @Test
  void excusesTheSilenceOfATimeInWhichNobodyCouldBeHeard() {
    heard(Member.State.ACTIVE, 1);

    roster.excuse(HOUR, START + HOUR + 5);

    assertThat(roster.sweep(START + HOUR + GONE_AFTER)).isEmpty();
    assertThat(roster.sweep(START + HOUR + GONE_AFTER + 1)).hasSize(1);
  }

  @Test
  void excusesNoSilenceThatIsStillToCome() {
    long thawed = START + HOUR;
    roster.heard(member(Member.State.ACTIVE, 1), thawed);

    roster.excuse(HOUR, thawed);

    assertThat(roster.sweep(thawed + GONE_AFTER)).isEmpty();
    assertThat(roster.sweep(thawed + GONE_AFTER + 1)).hasSize(1);
  }
}
