package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.ErrorKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every refusal of admission has a kind that has an HTTP status. */
class ErrorKindsTest {
  private static final Admission ADMISSION =
      new Admission(
          new UpgradeCheck(),
          new OriginCheck(List.of("self")),
          new Capacity().check(CapacityTest.edge("limits: { connectionsPerAddress: 1 }")));

  private static ErrorKind kind(Handshakes handshake) {
    Verdict verdict = ADMISSION.judge(handshake.handshake());
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    return ((Verdict.Refused) verdict).kind();
  }

  @Test
  void areNamedByWhatWasWrongFirst() {
    Handshakes valid = Handshakes.valid();

    assertThat(kind(valid.http10().header("Origin", "null"))).isEqualTo(ErrorKind.BAD_HANDSHAKE);
    assertThat(kind(valid.header("Origin", "null"))).isEqualTo(ErrorKind.ORIGIN_DENIED);
    ADMISSION.judge(valid.handshake());
    assertThat(kind(valid)).isEqualTo(ErrorKind.CONNECTION_LIMIT);
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorKind.class,
      names = {
        "BAD_HANDSHAKE",
        "ORIGIN_DENIED",
        "ADDRESS_DENIED",
        "BANNED",
        "CONNECTION_RATE",
        "CONNECTION_LIMIT",
        "SHUTTING_DOWN",
        "INTERNAL_ERROR"
      })
  void haveAStatusThatRefuses(ErrorKind kind) {
    assertThat(Verdict.refused(kind, "why").status()).isBetween(400, 599);
  }
}
