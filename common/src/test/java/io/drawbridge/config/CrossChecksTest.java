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
  @CsvSource({"HS256, 31, 32", "HS384, 47, 48", "HS512, 63, 64", "'HS256,HS512', 63, 64"})
  void aSecretIsAsLongAsTheLongestHash(String algorithms, int weak, int strong) {
    String yaml = "auth: { algorithms: [" + algorithms + "], secret: ";

    assertThat(Read.problems(yaml + "x".repeat(weak) + " }"))
        .singleElement()
        .asString()
        .startsWith("auth.secret: shorter than " + strong + " bytes");
    assertThat(Read.settings(yaml + "x".repeat(strong) + " }").auth().secretBytes())
        .isEqualTo(strong);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
keys: [{ file: a, algorithm: RS256 }]             | auth.keys[0].algorithm: RS256 is not in auth.algorithms
algorithms: [RS256]                               | auth.algorithms: no key is configured for any of them
algorithms: [RS256], secret: 0123456789abcdef0123456789abcdef | auth.secret: needs an HS algorithm in auth.algorithms
jwks: 'https://a.example/k'                       | auth.jwks: needs an algorithm of public keys in auth.algorithms, such as RS256
algorithms: [RS256], discovery: true              | auth.discovery: needs an https URL (http only to loopback) as auth.issuer
algorithms: [RS256], discovery: true, issuer: x   | auth.discovery: needs an https URL (http only to loopback) as auth.issuer
algorithms: [RS256], discovery: true, issuer: 'http://a.example' | auth.discovery: needs an https URL (http only to loopback) as auth.issuer
algorithms: [RS256], discovery: true, issuer: 'https://a.example', jwks: 'https://a.example/k' | auth.discovery: goes without auth.jwks and auth.secret
jwksCa: ca.pem                                    | auth.jwksCa: needs auth.jwks or auth.discovery
""")
  void refusesKeysThatNoTokenCouldUse(String auth, String problem) {
    assertThat(Read.problems("auth: { " + auth + " }")).containsExactly(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "algorithms: [HS256, RS256], jwks: 'https://a.example/k'",
        "algorithms: [RS256], jwks: 'http://localhost:8080/k', jwksCa: ca.pem",
        "algorithms: [ES256], discovery: true, issuer: 'https://a.example'",
        "algorithms: [EdDSA], discovery: true, issuer: 'http://127.0.0.1:8080/realm'",
        "algorithms: [PS512], keys: [{ file: a, algorithm: PS512 }]",
        "algorithms: [HS512]"
      })
  void takesKeysThatGoTogether(String auth) {
    assertThat(Read.warnings("auth: { " + auth + " }")).isEmpty();
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

  @ParameterizedTest
  @ValueSource(strings = {"cert: a", "cert: a, key: b", "key: b, ca: c", "ca: c"})
  void refusesPartOfTheNodesTls(String tls) {
    assertThat(Read.problems("cluster: { tls: { " + tls + " } }"))
        .containsExactly("cluster.tls: cert, key and ca go together: set all or none");
  }

  @Test
  void warnsOfWhatOthersCouldReadBetweenNodes() {
    String plain = "cluster.tls: without it, the event bus between the nodes is plain";

    assertThat(Read.warnings("cluster: { enabled: true, host: 10.0.0.7 }"))
        .hasSize(2)
        .contains(plain)
        .anyMatch(warning -> warning.startsWith("cluster.port: "));
    assertThat(
            Read.warnings(
                "cluster: { enabled: true, host: 10.0.0.7, tls: { cert: a, key: b, ca: c } }"))
        .singleElement()
        .asString()
        .startsWith("cluster.port: ");
    assertThat(Read.warnings("cluster: { enabled: true }")).isEmpty();
    assertThat(Read.warnings("cluster: { host: 10.0.0.7 }")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "'::'", "'[::]'"})
  void refusesAHostThatNoOtherNodeCouldCall(String host) {
    assertThat(Read.problems("cluster: { host: " + host + " }"))
        .containsExactly(
            "cluster.host: must be the one address that other nodes reach this one by");
  }

  @Test
  void refusesAPodThatOnlyItselfCanCall() {
    assertThat(Read.problems("cluster: { enabled: true, kubernetesService: drawbridge }"))
        .containsExactly(
            "cluster.host: must be the pod's own address with cluster.kubernetesService");
    assertThat(
            Read.settings(
                    "cluster: { enabled: true, host: 10.1.2.3, kubernetesService: drawbridge }")
                .cluster()
                .kubernetesService())
        .isEqualTo("drawbridge");
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
