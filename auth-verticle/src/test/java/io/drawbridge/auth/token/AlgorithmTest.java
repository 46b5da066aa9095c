package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Signatures (RFC 7518, RFC 8037), with keys from files")
final class AlgorithmTest {
  private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();
  private static Vertx vertx;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private static KeyPair pair(String algorithm) {
    String kind = algorithm.matches("[RP]S.*") ? "RS256" : algorithm;
    return PAIRS.computeIfAbsent(kind, Tokens::pairFor);
  }

  private static String pem(KeyPair pair) {
    String base64 = Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  }

  private KeyRing ring(String algorithms, String algorithm, String key) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), key);
    return KeyRing.read(settings(algorithms, algorithm, file), null);
  }

  private static AuthSettings settings(String algorithms, String algorithm, Path file) {
    return TokenVerifierTest.settings(
        "algorithms: ["
            + algorithms
            + "], keys: [{file: '"
            + file
            + "', algorithm: "
            + algorithm
            + "}]");
  }

  private static TokenVerdict verify(KeyRing ring, String token) throws Exception {
    return new TokenVerifier(vertx, TokenVerifierTest.settings(""), ring, InstantSource.system())
        .verify(token)
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static void assertForged(KeyRing ring, String token) throws Exception {
    assertThat(verify(ring, token))
        .isInstanceOfSatisfying(
            TokenVerdict.Invalid.class,
            invalid -> assertThat(invalid.why()).matches("(signature|no key), token .*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
      })
  void believesWhatAPrivateKeySigned(String algorithm) throws Exception {
    KeyPair pair = pair(algorithm);
    String token = Tokens.good().algorithm(algorithm, pair).text();

    assertThat(verify(ring(algorithm, algorithm, pem(pair)), token))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(ring(algorithm, algorithm, Jwks.of(pair).encode()), token))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(ring(algorithm, algorithm, Jwks.set(Jwks.of(pair)).encode()), token))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertForged(ring(algorithm, algorithm, pem(Tokens.pairFor(algorithm))), token);
    int middle = token.lastIndexOf('.') + 20;
    char other = token.charAt(middle) == 'A' ? 'B' : 'A';
    assertForged(
        ring(algorithm, algorithm, pem(pair)),
        token.substring(0, middle) + other + token.substring(middle + 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 512})
  void believesWhatASecretSigned(int bits) throws Exception {
    byte[] secret = "s".repeat(bits / 8).getBytes(StandardCharsets.UTF_8);
    JsonObject jwk = new JsonObject().put("kty", "oct").put("k", Jwks.base64(secret));
    String name = "HS" + bits;

    KeyRing ring = ring(name, name, jwk.encode());

    Tokens token = Tokens.good().algorithm(name, "HmacSHA" + bits);
    assertThat(verify(ring, token.secret(secret).text())).isInstanceOf(TokenVerdict.Valid.class);
    assertForged(ring, token.signedByAnother().text());
  }

  @Test
  @DisplayName("a public key is no secret: what was signed with its text by HS256 is not believed")
  void isNotMistakenForASecret() throws Exception {
    KeyPair pair = pair("RS256");
    KeyRing ring = ring("RS256, HS256", "RS256", pem(pair));
    for (byte[] known :
        new byte[][] {
          pem(pair).getBytes(StandardCharsets.UTF_8),
          pem(pair).trim().getBytes(StandardCharsets.UTF_8),
          pair.getPublic().getEncoded()
        }) {
      assertForged(ring, Tokens.good().secret(known).text());
    }
  }

  @Test
  void aKeyVerifiesNoOtherAlgorithmThanItsOwn() throws Exception {
    KeyPair pair = pair("RS256");
    KeyRing ring = ring("RS256, RS512, PS256", "RS256", pem(pair));

    assertThat(verify(ring, Tokens.good().algorithm("RS256", pair).text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertForged(ring, Tokens.good().algorithm("RS512", pair).text());
    assertForged(ring, Tokens.good().algorithm("PS256", pair).text());
    String lying = Tokens.good().algorithm("PS256", pair).header("{\"alg\":\"RS256\"}").text();
    assertForged(ring, lying);
  }

  @Test
  void anEcSignatureOfAnotherFormIsNone() throws Exception {
    KeyPair pair = pair("ES256");
    KeyRing ring = ring("ES256", "ES256", pem(pair));
    String content = Tokens.good().header("{\"alg\":\"ES256\"}").unsigned();
    byte[] order = bytes(((ECPublicKey) pair.getPublic()).getParams().getOrder());
    byte[] one = bytes(BigInteger.ONE);
    byte[] zero = new byte[32];
    for (byte[] signature :
        new byte[][] {
          joined(zero, zero),
          joined(zero, one),
          joined(one, zero),
          joined(order, order),
          joined(order, one),
          joined(one, order),
          {0},
          zero,
          new byte[96],
          {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00}
        }) {
      assertForged(ring, content + Jwks.base64(signature));
    }
    java.security.Signature der = java.security.Signature.getInstance("SHA256withECDSA");
    der.initSign(pair.getPrivate());
    der.update(content.substring(0, content.length() - 1).getBytes(StandardCharsets.US_ASCII));
    assertForged(ring, content + Jwks.base64(der.sign()));
  }

  private static byte[] bytes(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] right = new byte[32];
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, right, 32 - length, length);
    return right;
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
