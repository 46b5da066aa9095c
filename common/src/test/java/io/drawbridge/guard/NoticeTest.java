package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.wire.FrameEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NoticeTest {
  private static final String ID = new ErrorIds().next(Instant.EPOCH);

  private static Notice notice(Duration retryAfter) {
    return new Notice(ErrorKind.RATE_LIMITED, "Too many messages", retryAfter, "id-1");
  }

  @Test
  void isALineWhereTheConnectionGoesOn() {
    assertThat(notice(Duration.ZERO).line()).isEqualTo("Error: Too many messages [ref id-1]");
  }

  @Test
  void isTheBodyOfARefusal() {
    assertThat(notice(Duration.ZERO).body())
        .isEqualTo("RATE_LIMITED: Too many messages [ref id-1]\n");
  }

  @Test
  void isTheReasonOfAClose() {
    assertThat(notice(Duration.ofSeconds(7)).closeReason())
        .isEqualTo("RATE_LIMITED [retry 7s] [ref id-1]");
  }

  @Test
  void givesNoAdviceWhereWaitingDoesNotHelp() {
    assertThat(notice(Duration.ZERO).closeReason()).isEqualTo("RATE_LIMITED [ref id-1]");
    assertThat(notice(Duration.ZERO).retryAfterSeconds()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0",
    "PT0.000000001S, 1",
    "PT0.5S, 1",
    "PT1S, 1",
    "PT1.000000001S, 2",
    "PT24H, 86400"
  })
  void advisesWholeSecondsRoundedUp(Duration retryAfter, long seconds) {
    assertThat(notice(retryAfter).retryAfterSeconds()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void fitsIntoACloseFrameForEveryKindAndWait(ErrorKind kind) {
    String reason = new Notice(kind, kind.words(), LimitSettings.FOREVER, ID).closeReason();

    assertThat(reason)
        .startsWith(kind.name() + " [retry ")
        .endsWith(" [ref " + ID + "]")
        .matches("\\p{ASCII}+");
    assertThat(reason.getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(FrameEncoder.MAX_REASON);
  }
}
