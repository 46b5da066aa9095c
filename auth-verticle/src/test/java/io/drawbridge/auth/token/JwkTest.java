package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.auth.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Keys as JSON (RFC 7517)")
final class JwkTest {
  private static final KeyPair RSA = Tokens.pairFor("RS256");
  private static final KeyPair EC = Tokens.pairFor("ES256");
  private static final KeyPair ED = Tokens.pairFor("EdDSA");

  private static JsonNode node(JsonObject jwk) {
    return StrictJson.object(jwk.encode().getBytes(StandardCharsets.UTF_8), "key");
  }

  private static VerifyingKey read(JsonObject jwk) {
    return Jwk.publicKey(node(jwk));
  }

  private static Set<Algorithm> algorithms(JsonObject jwk) {
    return read(jwk).algorithms();
  }

  private static Jwk.Published published(JsonObject set) {
    return Jwk.published(set.encode().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void areFitForAllAlgorithmsOfTheirKind() {
    assertThat(algorithms(Jwks.of(RSA)))
        .extracting(Algorithm::word)
        .containsExactlyInAnyOrder("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
    assertThat(algorithms(Jwks.of(EC))).containsExactly(Algorithm.ES256);
    assertThat(algorithms(Jwks.of(Tokens.pairFor("ES384")))).containsExactly(Algorithm.ES384);
    assertThat(algorithms(Jwks.of(Tokens.pairFor("ES512")))).containsExactly(Algorithm.ES512);
    assertThat(algorithms(Jwks.of(ED))).containsExactly(Algorithm.EDDSA);
  }

  @Test
  void areTheKeysThatTheyWereMadeOf() {
    for (KeyPair pair : List.of(RSA, EC, ED)) {
      assertThat(read(Jwks.of(pair)).key().getEncoded()).isEqualTo(pair.getPublic().getEncoded());
    }
  }

  @Test
  void areBoundToTheAlgorithmThatTheyName() {
    assertThat(algorithms(Jwks.of(RSA).put("alg", "PS384"))).containsExactly(Algorithm.PS384);
  }

  @Test
  void haveAName() {
    assertThat(read(Jwks.of(EC)).id()).isNull();
    assertThat(read(Jwks.of(EC).put("kid", "k1").put("use", "sig")).id()).isEqualTo("k1");
    assertThat(read(Jwks.of(EC).put("key_ops", new JsonArray().add("verify"))).id()).isNull();
  }

  private static Arguments bad(String why, KeyPair pair, UnaryOperator<JsonObject> change) {
    return Arguments.of(why, change.apply(Jwks.of(pair)));
  }

  static Stream<Arguments> unusable() throws Exception {
    String zeros = Jwks.base64(new byte[32]);
    KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
    weak.initialize(1024);
    KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
    other.initialize(new ECGenParameterSpec("secp256r1"));
    String otherY = Jwks.of(other.generateKeyPair()).getString("y");
    return Stream.of(
        Arguments.of(
            "not public", new JsonObject().put("kty", "oct").put("k", Jwks.base64(new byte[64]))),
        Arguments.of("no algorithm uses", new JsonObject()),
        Arguments.of("no algorithm uses", new JsonObject().put("kty", 7)),
        Arguments.of("no algorithm uses", new JsonObject().put("kty", "rsa")),
        Arguments.of("1024 bits", Jwks.of(weak.generateKeyPair())),
        bad("not public", RSA, jwk -> jwk.put("d", "AQ")),
        bad("not public", EC, jwk -> jwk.put("d", "AQ")),
        bad("not public", ED, jwk -> jwk.put("d", "AQ")),
        bad("not public", EC, jwk -> jwk.put("k", "AQ")),
        bad("not for verifying", RSA, jwk -> jwk.put("use", "enc")),
        bad("not for verifying", RSA, jwk -> jwk.putNull("use")),
        bad("not for verifying", RSA, jwk -> jwk.put("key_ops", new JsonArray().add("encrypt"))),
        bad("not for verifying", RSA, jwk -> jwk.put("key_ops", "verify")),
        bad("not fit for", RSA, jwk -> jwk.put("alg", "RSA-OAEP")),
        bad("not fit for", RSA, jwk -> jwk.put("alg", "HS256")),
        bad("not fit for", RSA, jwk -> jwk.put("alg", "ES256")),
        bad("not fit for", RSA, jwk -> jwk.put("alg", "none")),
        bad("not fit for", EC, jwk -> jwk.put("alg", "ES384")),
        bad("kid", EC, jwk -> jwk.put("kid", "")),
        bad("kid", EC, jwk -> jwk.put("kid", "x".repeat(257))),
        bad("RSA key", RSA, jwk -> jwk.put("e", "AQ")),
        bad("exponent", RSA, jwk -> jwk.put("e", "BA")),
        bad("no usable n", RSA, jwk -> jwk.put("n", "")),
        bad("no usable n", RSA, jwk -> jwk.put("n", jwk.getString("n") + "==")),
        bad("no usable e", RSA, jwk -> jwk.put("e", 65537)),
        bad("wrong size", EC, jwk -> jwk.put("x", "AQ")),
        bad("not on its curve", EC, jwk -> jwk.put("y", otherY)),
        bad("not on its curve", EC, jwk -> jwk.put("x", zeros).put("y", zeros)),
        bad("wrong size", EC, jwk -> jwk.put("crv", "P-384")),
        bad("no algorithm uses", EC, jwk -> jwk.put("crv", "secp256k1")),
        bad("no algorithm uses", ED, jwk -> jwk.put("crv", "X25519")),
        bad("no algorithm uses", ED, jwk -> jwk.put("crv", "Ed448")),
        bad("wrong size", ED, jwk -> jwk.put("x", "AQ")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("unusable")
  void areRefusedWhereTheyAreNotFit(String why, JsonObject jwk) {
    assertThatThrownBy(() -> read(jwk)).isInstanceOf(BadToken.class).hasMessageContaining(why);
  }

  @Test
  void ofASetAreUsedWithoutTheOthers() {
    Jwk.Published found =
        published(
            Jwks.set(
                Jwks.of(RSA).put("kid", "a"),
                new JsonObject().put("kty", "oct").put("k", "AQ"),
                Jwks.of(EC).put("use", "enc"),
                Jwks.of(ED).put("kid", "b").put("jku", "https://evil.example")));

    assertThat(found.keys()).extracting(VerifyingKey::id).containsExactly("a", "b");
    assertThat(found.refused())
        .containsExactly(
            "keys[1]: a key that is not public", "keys[2]: a key that is not for verifying");
  }

  @Test
  void ofASetAreAtMostAHundred() {
    List<JsonObject> many = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      many.add(Jwks.of(ED).put("kid", "k" + i));
    }

    assertThat(published(Jwks.set(many.toArray(JsonObject[]::new))).keys()).hasSize(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[]} {}",
        "<html>"
      })
  void ofNoSetAreNone(String text) {
    assertThatThrownBy(() -> Jwk.published(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BadToken.class);
  }

  @Test
  void mayBeSecretInAFileOfOnesOwn() {
    JsonObject jwk =
        new JsonObject().put("kty", "oct").put("k", Jwks.base64(new byte[48])).put("kid", "s");

    assertThat(Jwk.secret(node(jwk), Algorithm.HS384, false).id()).isEqualTo("s");
    assertThatThrownBy(() -> Jwk.secret(node(jwk), Algorithm.HS512, false))
        .hasMessageContaining("64 bytes or more");
    assertThat(Jwk.secret(node(jwk), Algorithm.HS512, true).algorithms())
        .containsExactly(Algorithm.HS512);
    assertThatThrownBy(() -> Jwk.secret(node(Jwks.of(EC).put("k", "AQ")), Algorithm.HS256, true))
        .isInstanceOf(BadToken.class);
  }
}
