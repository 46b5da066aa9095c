package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Keys to sign with, from files; what they sign is verified by the JDK alone")
final class SigningKeyFileTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");

  private static Vertx vertx;
  private static KeyPair rsa;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() throws GeneralSecurityException {
    vertx = Vertx.vertx();
    rsa = pair("RSA-2048");
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @ParameterizedTest
  @CsvSource({
    "RS256, RSA-2048",
    "RS384, RSA-2048",
    "RS512, RSA-2048",
    "PS256, RSA-2048",
    "PS384, RSA-2048",
    "PS512, RSA-2048",
    "ES256, secp256r1",
    "ES384, secp384r1",
    "ES512, secp521r1",
    "EdDSA, Ed25519",
  })
  void signsWithEachAlgorithmFromPemAndJwk(String algorithm, String kind) throws Exception {
    KeyPair pair = pair(kind);
    for (String text : new String[] {pem(pair), jwk(pair).encode()}) {
      String token = token(SigningKeyFile.read(file(text), algorithm));

      assertThat(header(token).getString("alg")).isEqualTo(algorithm);
      assertThat(isSigned(token, algorithm, pair.getPublic())).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"HS256, HmacSHA256, 32", "HS384, HmacSHA384, 48", "HS512, HmacSHA512, 64"})
  void signsWithASecretThatIsAsLongAsTheHash(String algorithm, String mac, int bytes)
      throws Exception {
    byte[] secret = new byte[bytes];
    String jwk = new JsonObject().put("kty", "oct").put("k", base64(secret)).encode();

    String token = token(SigningKeyFile.read(file(jwk), algorithm));

    Mac judge = Mac.getInstance(mac);
    judge.init(new SecretKeySpec(secret, mac));
    assertThat(MessageDigest.isEqual(judge.doFinal(input(token)), signature(token))).isTrue();
    String shorter =
        new JsonObject().put("kty", "oct").put("k", base64(new byte[bytes - 1])).encode();
    assertThatThrownBy(() -> SigningKeyFile.read(file(shorter), algorithm))
        .hasMessage(
            "%s needs a key of at least %d bytes: this has %d", algorithm, bytes, bytes - 1);
  }

  @Test
  void refusesACurveThatNoServerVerifies() throws Exception {
    KeyPair pair = pair("Ed448");

    assertThatThrownBy(() -> SigningKeyFile.read(file(pem(pair)), null))
        .hasMessage("EdDSA does not sign with an Ed448 key");
    assertThatThrownBy(() -> SigningKeyFile.read(file(jwk(pair).encode()), null))
        .hasMessage("has a crv other than Ed25519");
  }

  @ParameterizedTest
  @CsvSource({
    "RSA-2048, RS256",
    "secp256r1, ES256",
    "secp384r1, ES384",
    "secp521r1, ES512",
    "Ed25519, EdDSA",
  })
  void takesTheUsualAlgorithmOfTheKeyUnlessToldOtherwise(String kind, String algorithm)
      throws Exception {
    assertThat(SigningKeyFile.read(file(pem(pair(kind))), null).algorithm()).isEqualTo(algorithm);
  }

  @Test
  void takesAlgorithmAndIdThatAJwkNames() throws Exception {
    String jwk = jwk(rsa).put("alg", "PS384").put("kid", "k-1").encode();

    SigningKey key = SigningKeyFile.read(file(jwk), null);

    assertThat(key.algorithm()).isEqualTo("PS384");
    assertThat(header(token(key)).getString("kid")).isEqualTo("k-1");
    assertThatThrownBy(() -> SigningKeyFile.read(file(jwk), "RS256"))
        .hasMessage("is a key for PS384, not for RS256");
  }

  @ParameterizedTest
  @CsvSource({
    "HS256, RSA-2048, HS256 does not sign with an RSA key",
    "ES256, RSA-2048, ES256 does not sign with an RSA key",
    "RS256, secp256r1, RS256 does not sign with an EC key of 256 bits",
    "ES256, secp384r1, ES256 does not sign with an EC key of 384 bits",
    "PS256, Ed25519, PS256 does not sign with an Ed25519 key",
    "RS256, RSA-1024, an RSA key needs at least 2048 bits: this has 1024",
  })
  void refusesAKeyThatDoesNotFit(String algorithm, String kind, String words) throws Exception {
    Path file = file(pem(pair(kind)));

    assertThatThrownBy(() -> SigningKeyFile.read(file, algorithm))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(words);
  }

  @Test
  void refusesASecretForASignature() throws Exception {
    Path file = file(new JsonObject().put("kty", "oct").put("k", base64(new byte[64])).encode());

    assertThatThrownBy(() -> SigningKeyFile.read(file, "RS256"))
        .hasMessage("RS256 does not sign with a secret: it needs a private key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "junk",
        "{",
        "{}",
        "[]",
        "{\"kty\":7}",
        "{\"kty\":\"RSA\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"d\":\"AQAB\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"d\":\"AQAB\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"AQAB\"}",
        "{\"kty\":\"oct\"}",
        "{\"kty\":\"oct\",\"k\":\"*\"}",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAQAB\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAQAB\n-----END PUBLIC KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQAB\n-----END ENCRYPTED PRIVATE KEY-----",
      })
  void refusesWhatIsNoKey(String text) throws Exception {
    Path file = file(text);

    assertThatThrownBy(() -> SigningKeyFile.read(file, null))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("AQAB");
  }

  @Test
  void refusesAFileThatIsTooLongOrMissing() throws Exception {
    Path file = file("x".repeat(64 * 1024 + 1));

    assertThatThrownBy(() -> SigningKeyFile.read(file, null)).hasMessageContaining("longer than");
    assertThatThrownBy(() -> SigningKeyFile.read(folder.resolve("none"), null))
        .isInstanceOf(NoSuchFileException.class);
  }

  private static String token(SigningKey key) {
    return new TokenIssuer(vertx, TokenVerifierTest.settings(""), key, InstantSource.fixed(NOW))
        .issue(TokenOrder.of("ada", Duration.ofHours(1)));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "key", null), text);
  }

  private static KeyPair pair(String kind) throws GeneralSecurityException {
    if (kind.startsWith("RSA-")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(Integer.parseInt(kind.substring("RSA-".length())));
      return generator.generateKeyPair();
    }
    if (kind.startsWith("Ed")) {
      return KeyPairGenerator.getInstance(kind).generateKeyPair();
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(kind));
    return generator.generateKeyPair();
  }

  private static String pem(KeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded()));
  }

  private static JsonObject jwk(KeyPair pair) {
    if (pair.getPrivate() instanceof RSAPrivateCrtKey key) {
      return new JsonObject()
          .put("kty", "RSA")
          .put("n", base64(key.getModulus()))
          .put("e", base64(key.getPublicExponent()))
          .put("d", base64(key.getPrivateExponent()))
          .put("p", base64(key.getPrimeP()))
          .put("q", base64(key.getPrimeQ()))
          .put("dp", base64(key.getPrimeExponentP()))
          .put("dq", base64(key.getPrimeExponentQ()))
          .put("qi", base64(key.getCrtCoefficient()));
    }
    if (pair.getPrivate() instanceof ECPrivateKey key) {
      int bits = key.getParams().getCurve().getField().getFieldSize();
      return new JsonObject().put("kty", "EC").put("crv", "P-" + bits).put("d", base64(key.getS()));
    }
    EdECPrivateKey key = (EdECPrivateKey) pair.getPrivate();
    return new JsonObject()
        .put("kty", "OKP")
        .put("crv", key.getParams().getName())
        .put("d", base64(key.getBytes().orElseThrow()));
  }

  private static String base64(BigInteger number) {
    return base64(number.toByteArray());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static boolean isSigned(String token, String algorithm, PublicKey key)
      throws GeneralSecurityException {
    String bits = algorithm.substring(2);
    Signature judge =
        switch (algorithm.substring(0, 2)) {
          case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
          case "PS" -> Signature.getInstance("RSASSA-PSS");
          case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
          default -> Signature.getInstance("EdDSA");
        };
    if (algorithm.startsWith("PS")) {
      var mask = new MGF1ParameterSpec("SHA-" + bits);
      judge.setParameter(
          new PSSParameterSpec("SHA-" + bits, "MGF1", mask, Integer.parseInt(bits) / 8, 1));
    }
    judge.initVerify(key);
    judge.update(input(token));
    return judge.verify(signature(token));
  }

  private static byte[] input(String token) {
    return token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] signature(String token) {
    return Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
  }

  private static JsonObject header(String token) {
    byte[] header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
    return new JsonObject(new String(header, StandardCharsets.UTF_8));
  }
}
