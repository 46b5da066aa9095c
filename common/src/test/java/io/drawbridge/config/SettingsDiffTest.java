package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettingsDiffTest {

  @Test
  void sameSettingsDifferInNothing() {
    assertThat(SettingsDiff.paths(settings("limits: {ping: 60s}"), settings("limits: {ping: 1m}")))
        .isEmpty();
  }

  @Test
  void namesEachKeyThatDiffers() {
    assertThat(
            SettingsDiff.paths(
                settings("firewall: {deny: [10.0.0.0/8]}"),
                settings("echo: {limits: {ping: 7s}}\nops: {token: 0ps}\nroles: [echo]")))
        .containsExactly("echo.limits.ping", "firewall.deny", "ops.token", "roles");
  }

  @Test
  void aLimitOfBothEdgesDiffersInEach() {
    assertThat(SettingsDiff.paths(settings(""), settings("limits: {messages: 7/s}")))
        .containsExactly("echo.limits.messages", "auth.limits.messages", "limits.messages");
  }

  private static Settings settings(String yaml) {
    return Read.loaded(SettingsReader.read(yaml)).settings();
  }
}
