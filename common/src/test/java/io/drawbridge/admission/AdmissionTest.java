package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Handshake HANDSHAKE = Handshakes.valid().handshake();

  private final List<String> asked = new ArrayList<>();

  private Check answering(String name, Verdict verdict) {
    return handshake -> {
      assertThat(handshake).isSameAs(HANDSHAKE);
      asked.add(name);
      return verdict;
    };
  }

  @Test
  void admitsWhatAllChecksAdmitInTheirOrder() {
    Admission admission =
        new Admission(
            answering("one", Verdict.ADMITTED),
            answering("two", Verdict.ADMITTED),
            answering("three", Verdict.ADMITTED));

    assertThat(admission.judge(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(asked).containsExactly("one", "two", "three");
  }

  @Test
  void endsWithTheFirstRefusal() {
    Verdict first = Verdict.refused(ErrorKind.ORIGIN_DENIED, "first");
    Admission admission =
        new Admission(
            answering("one", Verdict.ADMITTED),
            answering("two", first),
            answering("three", Verdict.refused(ErrorKind.BAD_HANDSHAKE, "second")));

    assertThat(admission.judge(HANDSHAKE)).isSameAs(first);
    assertThat(asked).containsExactly("one", "two");
  }

  @Test
  void refusesWhenACheckFails() {
    Admission admission =
        new Admission(
            handshake -> {
              throw new IllegalStateException("secret");
            },
            answering("two", Verdict.ADMITTED));

    assertThat(admission.judge(HANDSHAKE))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.INTERNAL_ERROR, 500, "Internal error", Map.of(), Duration.ofSeconds(1)));
    assertThat(asked).isEmpty();
  }

  @Test
  void takesNoPlaceForWhatItRefuses() {
    Capacity capacity = new Capacity();
    Admission admission =
        new Admission(
            new UpgradeCheck(),
            new OriginCheck(List.of("localhost")),
            capacity.check(CapacityTest.edge("limits: { connections: 1 }")));

    admission.judge(Handshakes.valid().method("POST").handshake());
    admission.judge(Handshakes.valid().header("Origin", "http://evil.org").handshake());
    assertThat(capacity.open()).isZero();

    assertThat(admission.judge(HANDSHAKE)).isEqualTo(Verdict.ADMITTED);
    assertThat(capacity.open()).isEqualTo(1);
  }
}
