package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SecretTest {

  @Test
  void isNeverPrinted() {
    Secret secret = new Secret("hunter2");

    assertThat(secret).hasToString("***");
    assertThat(new OpsSettings("localhost", 1, secret).toString()).doesNotContain("hunter2");
  }

  @Test
  void isRevealedOnRequest() {
    assertThat(new Secret("sésame").reveal()).isEqualTo("sésame");
    assertThat(new Secret("sésame").bytes()).isEqualTo("sésame".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void givesOutACopyOfItsBytes() {
    Secret secret = new Secret("a");
    secret.bytes()[0] = 'b';

    assertThat(secret.reveal()).isEqualTo("a");
  }

  @Test
  void equalsTheSameSecretAlone() {
    assertThat(new Secret("a")).isEqualTo(new Secret("a")).hasSameHashCodeAs(new Secret("a"));
    assertThat(new Secret("a")).isNotEqualTo(new Secret("b")).isNotEqualTo(new Secret("aa"));
  }
}
