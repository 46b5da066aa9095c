package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Keys of the settings: the secret and the files")
final class OwnKeysTest {
  private static final KeyPair RSA = Tokens.pairFor("RS256");

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  private static String pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder().encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  private AuthSettings settings(String algorithm) {
    return TokenVerifierTest.settings(
        "algorithms: [HS256, RS256, ES256], keys: [{file: '"
            + folder.resolve("key")
            + "', algorithm: "
            + algorithm
            + "}]");
  }

  private List<VerifyingKey> read(String algorithm, String text) throws IOException {
    Files.writeString(folder.resolve("key"), text);
    return OwnKeys.read(settings(algorithm), null);
  }

  @Test
  void aSecretServesTheAlgorithmsThatItIsLongEnoughFor() {
    AuthSettings all = TokenVerifierTest.settings("algorithms: [HS256, HS384, HS512, RS256]");

    assertThat(OwnKeys.secrets(all, new Secret("x".repeat(48))))
        .singleElement()
        .satisfies(
            key ->
                assertThat(key.algorithms())
                    .containsExactlyInAnyOrder(Algorithm.HS256, Algorithm.HS384));
    assertThat(OwnKeys.secrets(all, new Secret("x".repeat(31)))).isEmpty();
    assertThat(OwnKeys.secrets(all, null)).isEmpty();
  }

  @Test
  void neverTellASecret() {
    AuthSettings settings = TokenVerifierTest.settings("");

    assertThat(OwnKeys.secrets(settings, new Secret(Tokens.SECRET)).toString())
        .doesNotContain(Tokens.SECRET)
        .isEqualTo("[key null for [HS256]]");
  }

  @Test
  void aCertificateIsAKeyToo() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    X509Certificate rsa = certificates.certificateOf("rsa");

    assertThat(read("RS256", certificates.certificate("rsa")))
        .singleElement()
        .satisfies(key -> assertThat(key.key()).isEqualTo(rsa.getPublicKey()));
    assertThat(read("ES256", certificates.certificate("server")))
        .singleElement()
        .satisfies(key -> assertThat(key.algorithms()).containsExactly(Algorithm.ES256));
    assertThatIOException().isThrownBy(() -> read("ES256", certificates.certificate("rsa")));
  }

  @Test
  void aFileMayHaveOtherTextAroundItsKey() throws IOException {
    String text = "# ours\n" + pem("PUBLIC KEY", RSA.getPublic().getEncoded()) + "# end\n";

    assertThat(read("RS256", text))
        .singleElement()
        .satisfies(key -> assertThat(key.algorithms()).containsExactly(Algorithm.RS256));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RS256 |                                                       | neither PEM nor JSON
          RS256 | -----BEGIN PUBLIC KEY-----                            | neither PEM nor JSON
          RS256 | {}                                                    | no algorithm uses
          RS256 | {"keys":[]}                                           | holds no key for RS256
          RS256 | {"keys":[{"kty":"oct","k":"AQ"}]}                     | holds no key for RS256
          HS256 | {"kty":"oct","k":"AQ"}                                | no secret of 32 bytes
          RS256 | {"kty":"oct","k":"AQ"}                                | not public
          RS256 | {"kty":"RSA","kty":"RSA"}                             | has a member twice
          RS256 | -----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----  | no public key for RS256
          RS256 | -----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE----- | no certificate
          RS256 | -----BEGIN X-----AAAA-----END X-----                  | neither PUBLIC KEY nor CERTIFICATE
          """)
  void refuseAFileWithoutAKey(String algorithm, String text, String why) {
    assertThatIOException()
        .isThrownBy(() -> read(algorithm, text == null ? "" : text))
        .withMessageStartingWith("auth.keys[0]: " + folder.resolve("key") + ": ")
        .withMessageContaining(why);
  }

  @Test
  void refuseAPrivateKeyOrOneOfAnotherKindOrNoFile() {
    String secret = pem("PRIVATE KEY", RSA.getPrivate().getEncoded());
    assertThatIOException()
        .isThrownBy(() -> read("RS256", secret))
        .withMessageContaining("holds a private key")
        .withMessageNotContaining("MII");
    String rsa = pem("PUBLIC KEY", RSA.getPublic().getEncoded());
    assertThatIOException()
        .isThrownBy(() -> read("ES256", rsa))
        .withMessageContaining("no public key for ES256");
    assertThatIOException()
        .isThrownBy(() -> read("HS256", rsa))
        .withMessageContaining("PEM holds no secret");
    assertThatIOException()
        .isThrownBy(() -> read("ES256", Jwks.of(RSA).encode()))
        .withMessageContaining("not for ES256");
    assertThatIOException()
        .isThrownBy(
            () -> {
              Files.delete(folder.resolve("key"));
              OwnKeys.read(settings("RS256"), null);
            })
        .withMessageContaining("can't be read");
  }
}
