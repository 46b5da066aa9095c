package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.session.Presence.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PresenceTest {
  private final Presence presence = new Presence();

  private List<Change> take(int sessions) {
    return presence.take(100, user -> sessions);
  }

  @Test
  void tellsOfAComingAndOfTheGoingOnce() {
    presence.came("ada");
    assertThat(take(2)).containsExactly(new Change("ada", 2));
    assertThat(take(2)).isEmpty();

    presence.went("ada");
    assertThat(take(0)).containsExactly(new Change("ada", 0));
    assertThat(take(0)).isEmpty();
  }

  @Test
  void tellsNothingOfWhoIsBackMeanwhile() {
    presence.came("ada");
    take(1);

    presence.went("ada");
    presence.came("ada");

    assertThat(take(1)).isEmpty();
  }

  @Test
  void tellsNothingOfWhoCameForAMoment() {
    presence.came("ada");
    presence.went("ada");

    assertThat(take(0)).isEmpty();
  }

  @Test
  void tellsAnewOfThoseAloneWhoAreOn() {
    presence.came("ada");
    presence.came("bob");
    take(1);
    presence.went("bob");

    presence.anew(List.of("ada"));

    assertThat(presence.told()).isEmpty();
    assertThat(take(1)).containsExactly(new Change("ada", 1));
    assertThat(presence.told()).containsExactly("ada");
  }

  @Test
  void tellsTheFirstFirstAndTheRestTheNextTime() {
    for (String user : List.of("ada", "bob", "eve")) {
      presence.came(user);
    }

    assertThat(presence.take(2, user -> 1)).extracting(Change::user).containsExactly("ada", "bob");
    assertThat(take(1)).extracting(Change::user).containsExactly("eve");
  }
}
