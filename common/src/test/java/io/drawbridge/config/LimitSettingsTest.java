package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitSettingsTest {

  @Test
  void overridesTheGlobalLimitsForOneEdgeAlone() {
    Settings settings =
        Read.settings(
            """
            limits: { messages: 10/s, ping: 1m }
            echo: { limits: { messages: 20/s, onLimit: close } }
            auth: { limits: { frameSize: 1MiB } }
            """);

    assertThat(settings.echo().limits().messages()).isEqualTo(Rate.parse("20/s"));
    assertThat(settings.echo().limits().onLimit()).isEqualTo(OnLimit.CLOSE);
    assertThat(settings.echo().limits().ping()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.auth().limits().messages()).isEqualTo(Rate.parse("10/s"));
    assertThat(settings.auth().limits().frameSize()).isEqualTo(1 << 20);
    assertThat(settings.limits().onLimit()).isEqualTo(OnLimit.THROTTLE);
  }

  @Test
  void holdsAMessageOfUnlimitedSizeInOneBuffer() {
    LimitSettings limits =
        Read.settings("limits: { frameSize: unlimited, messageSize: 1GiB }").limits();

    assertThat(limits.frameSize()).isEqualTo(2_147_418_111L);
    assertThat(limits.messageSize()).isEqualTo(1L << 30);
  }

  @Test
  void waitsForeverWhereATimeIsUnlimited() {
    assertThat(Read.settings("limits: { throttledFor: unlimited }").limits().throttledFor())
        .isEqualTo(LimitSettings.FOREVER);
  }
}
