package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrossChecksTest {

  private static final String BYTES_31 = "0123456789abcdef0123456789abcde";

  @Test
  void refusesASecretThatCanBeGuessed() {
    assertThat(Read.problems("auth: { secret: " + BYTES_31 + " }"))
        .singleElement()
        .asString()
        .startsWith("auth.secret: shorter than 32 bytes");
  }

  @Test
  void takesAWeakSecretWhereItIsAllowedAndWarns() {
    assertThat(Read.warnings("auth: { secret: short, allowWeakSecret: true }"))
        .containsExactly("auth.secret: is weak, and allowed by auth.allowWeakSecret");
  }

  @ParameterizedTest
  @ValueSource(strings = {BYTES_31 + "f", "éééééééééééééééé"})
  void countsTheBytesOfASecretAndNotItsCharacters(String secret) {
    assertThat(Read.settings("auth: { secret: " + secret + " }").auth().secret())
        .isEqualTo(new Secret(secret));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "'::'", "10.0.0.1", "ops.example"})
  void refusesAnOpenOperationsPortWithoutAToken(String host) {
    assertThat(Read.problems("ops: { host: " + host + " }"))
        .containsExactly("ops.token: is needed where ops.host is not loopback (localhost)");
    assertThat(Read.settings("ops: { host: " + host + ", token: t }").ops().token()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cert", "key"})
  void refusesHalfAKeyPair(String key) {
    assertThat(Read.problems("tls: { " + key + ": a.pem }"))
        .contains("tls: cert and key go together: set both or none");
  }

  @Test
  void refusesTheProxyProtocolWhereNoProxyIsTrusted() {
    assertThat(Read.problems("proxy: { protocol: true }"))
        .containsExactly(
            "proxy.protocol: needs proxy.trusted: without a trusted proxy, nobody could connect");
    assertThat(Read.settings("proxy: { protocol: true, trusted: [10.0.0.0/8] }").proxy().protocol())
        .isTrue();
  }

  @Test
  void refusesALongestBanBelowTheFirst() {
    assertThat(Read.problems("firewall: { banFor: 2h, banMax: 1h }"))
        .containsExactly("firewall.banMax: must not be shorter than firewall.banFor");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
auth: { port: 8765 }                          | auth.port: 8765 is taken by echo.port already
ops: { port: 8765 }                           | ops.port: 8765 is taken by echo.port already
ops: { port: 8888, host: 127.0.0.1 }          | ops.port: 8888 is taken by auth.port already
auth: { port: 8765, host: 0.0.0.0 }           | auth.port: 8765 is taken by echo.port already
""")
  void refusesOnePortForTwoRoles(String yaml, String problem) {
    assertThat(Read.problems(yaml)).containsExactly(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ auth: { port: 8765 }, roles: [echo, ops] }",
        "{ auth: { port: 0 }, echo: { port: 0 } }",
        "{ auth: { port: 8765, host: 10.0.0.1 } }"
      })
  void takesOnePortTwiceWhereNothingClashes(String yaml) {
    assertThat(Read.settings(yaml)).isNotNull();
  }
}
