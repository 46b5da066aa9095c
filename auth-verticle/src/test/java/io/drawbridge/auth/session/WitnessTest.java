package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.session.Witness.Leave;
import io.drawbridge.auth.session.Witness.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WitnessTest {
  private final Witness witness = new Witness();

  private static Report anew(long era, String... users) {
    return new Report("id-a", "node-a", era, true, List.of(users), List.of());
  }

  @Test
  void tellsOfTheLeavesOfANodeThatIsGoneOnce() {
    witness.told(anew(1, "ada", "bob"));
    witness.told(new Report("id-a", "node-a", 1, false, List.of("eve"), List.of("bob")));
    assertThat(witness.take(10)).isEmpty();

    witness.gone("id-a");

    assertThat(witness.take(10))
        .containsExactly(new Leave("ada", "node-a"), new Leave("eve", "node-a"));
    assertThat(witness.take(10)).isEmpty();
  }

  @Test
  void tellsOfSoManyAtOnce() {
    witness.told(anew(1, "ada", "bob", "eve"));
    witness.gone("id-a");

    assertThat(witness.take(2)).extracting(Leave::user).containsExactly("ada", "bob");
    assertThat(witness.take(2)).extracting(Leave::user).containsExactly("eve");
  }

  @Test
  void tellsNothingOfANodeThatIsBackBeforeItsLeavesWereTold() {
    witness.told(anew(1, "ada"));
    witness.gone("id-a");

    assertThat(witness.heard("id-a", 1, true)).isFalse();
    assertThat(witness.take(10)).isEmpty();
  }

  @Test
  void hasANodeTellAllAnewWhoseLeavesWereTold() {
    witness.told(anew(1, "ada"));
    witness.gone("id-a");
    witness.take(10);

    assertThat(witness.heard("id-a", 1, true)).isTrue();
    assertThat(witness.told(anew(1, "ada"))).isFalse();
    assertThat(witness.heard("id-a", 2, true)).isFalse();
    assertThat(witness.told(anew(2, "ada"))).isTrue();
    witness.gone("id-a");
    assertThat(witness.take(10)).hasSize(1);
  }

  @Test
  void tellsTheLeavesThatAreLeftBeforeItTakesWhatIsToldAnew() {
    witness.told(anew(1, "ada", "bob"));
    witness.gone("id-a");
    witness.take(1);
    witness.heard("id-a", 2, true);

    assertThat(witness.told(anew(2))).isFalse();
    assertThat(witness.take(10)).extracting(Leave::user).containsExactly("bob");
    assertThat(witness.told(anew(2))).isTrue();
  }

  @Test
  void tellsNothingOfANodeThatHasChosenAnotherOrLeftInOrder() {
    witness.told(anew(1, "ada"));
    witness.heard("id-a", 1, false);
    witness.gone("id-a");
    assertThat(witness.take(10)).isEmpty();

    witness.told(anew(1, "ada"));
    witness.left("id-a");
    assertThat(witness.take(10)).isEmpty();
    assertThat(witness.size("id-a")).isNull();
  }
}
