package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GuardBusTest {

  @Test
  void hasTheAddressesOfTheContract() {
    assertThat(GuardBus.ERRORS).isEqualTo("drawbridge.guard.errors");
    assertThat(GuardBus.LOGGED).isEqualTo("drawbridge.errors");
    assertThat(GuardBus.LIMITS).isEqualTo("drawbridge.guard.limits");
  }

  @Test
  void namesTheLimitOfAKeyAsTheSettingsDo() {
    assertThat(GuardBus.KEY_MESSAGES).isEqualTo("keyMessages");
  }
}
