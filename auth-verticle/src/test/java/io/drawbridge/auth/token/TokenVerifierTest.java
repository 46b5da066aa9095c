package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Which tokens are believed (RFC 7519, RFC 8725)")
final class TokenVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");
  private static final long SECONDS = NOW.getEpochSecond();

  private static Vertx vertx;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  static AuthSettings settings(String auth) {
    SettingsResult result = SettingsReader.read("auth: {" + auth + "}");
    return ((SettingsResult.Loaded) result).settings().auth();
  }

  private static TokenVerdict verify(String auth, String token) {
    TokenVerifier verifier =
        new TokenVerifier(
            vertx, settings(auth), new Secret(Tokens.SECRET), InstantSource.fixed(NOW));
    TokenVerdict verdict =
        verifier.verify(token).toCompletionStage().toCompletableFuture().getNow(null);
    assertThat(verdict).as("an answer at once").isNotNull();
    return verdict;
  }

  private static TokenVerdict verify(Tokens token) {
    return verify("", token.text());
  }

  /** A good one at {@link #NOW}. */
  private static Tokens good() {
    return Tokens.good()
        .with("iat", Long.toString(SECONDS))
        .with("exp", Long.toString(SECONDS + 60));
  }

  /** What the log is told: which check failed, and which token, but never the token. */
  private static void assertInvalid(TokenVerdict verdict, String why, String token) {
    assertThat(verdict).isInstanceOf(TokenVerdict.Invalid.class);
    String told = ((TokenVerdict.Invalid) verdict).why();
    assertThat(told).startsWith(why).matches("(?s).*, token [0-9a-f]{12}");
    if (token.length() > 12) {
      assertThat(told).doesNotContain(token);
    }
  }

  private static void assertInvalid(Tokens token, String why) {
    assertInvalid(verify(token), why, token.text());
  }

  @Test
  @DisplayName("the log knows a token by the first 12 hex digits of its SHA-256")
  void tellsTheFingerprintOfTheWholeToken() {
    String good = good().text();
    String bad = good().signedByAnother().text();

    assertThat(verify("", good))
        .isInstanceOfSatisfying(
            TokenVerdict.Valid.class,
            valid ->
                assertThat(valid.claims().fingerprint())
                    .isEqualTo(Sha256.hex(good).substring(0, 12)));
    assertInvalid(verify("", bad), "signature, token " + Sha256.hex(bad).substring(0, 12), bad);
  }

  // --- who it is --------------------------------------------------------------------------------

  @Test
  void believesAGoodToken() {
    assertThat(verify(good()))
        .satisfies(Tokens.validFor("42", Instant.ofEpochSecond(SECONDS + 60)));
  }

  static Stream<Arguments> usable() {
    return Stream.of(
        Arguments.of("\"alice\"", "alice"),
        Arguments.of("\"42\"", "42"),
        Arguments.of("42", "42"),
        Arguments.of("0", "0"),
        Arguments.of("-7", "-7"),
        Arguments.of("9007199254740993", "9007199254740993"),
        Arguments.of("123456789012345678901234567890", "123456789012345678901234567890"),
        Arguments.of("\"Zoë 🌍\"", "Zoë 🌍"),
        Arguments.of('"' + "x".repeat(256) + '"', "x".repeat(256)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("usable")
  void takesAStringOrAnIntegerAsUser(String json, String user) {
    assertThat(verify(good().with("user_id", json)))
        .isInstanceOfSatisfying(
            TokenVerdict.Valid.class, valid -> assertThat(valid.claims().user()).isEqualTo(user));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "\"\"",
        "\"  \"",
        "null",
        "true",
        "1.5",
        "42.0",
        "[]",
        "[\"42\"]",
        "{}",
        "{\"id\":42}",
        "\"a\\nb\"",
        "\"a\\u0000\"",
        "\"a\\u0085\"",
        "\"a\\u2028\"",
        "\"a\\u202eb\"",
        "\"a\\u200bb\"",
        "\"a\\u200eb\"",
        "\"a\\u00adb\"",
        "\"a\\ufeffb\"",
        "\"a\\u2066b\"",
        "\"a\\ud800\"",
        "\"\\udc00a\"",
        "\"Zoe\\u0308\"",
        "\"\\u212b\"",
        "1e2",
        "-0.0",
        "\"\\u007f\""
      })
  void takesNothingElseAsUser(String json) {
    assertInvalid(good().with("user_id", json), "user_id missing or unusable");
  }

  @Test
  void takesNoTokenWithoutAUserOrWithAVeryLongOne() {
    assertInvalid(good().without("user_id"), "user_id missing or unusable");
    assertInvalid(good().without("user_id").with("sub", "\"42\""), "user_id missing or unusable");
    assertInvalid(
        good().with("user_id", '"' + "x".repeat(257) + '"'), "user_id missing or unusable");
  }

  // --- what else it says ------------------------------------------------------------------------

  @Test
  void tellsWhatItsBearerMayDo() {
    TokenVerdict verdict =
        verify(
            good()
                .with("scope", "\"read  write:news \"")
                .with("permissions", "[\"write:news\",\"a b\",\"Größe\"]")
                .with("email", "\"alice@example.com\"")
                .with("jti", "\"token-1\""));

    assertThat(verdict)
        .isInstanceOfSatisfying(
            TokenVerdict.Valid.class,
            valid -> {
              Claims claims = valid.claims();
              assertThat(claims.rights())
                  .containsExactlyInAnyOrder("read", "write:news", "a b", "Größe");
              assertThat(claims.email()).isEqualTo("alice@example.com");
              assertThat(claims.jti()).isEqualTo("token-1");
              assertThat(claims.issuedAt()).isEqualTo(NOW);
              assertThat(claims.hash()).matches("[0-9a-f]{64}");
              assertThat(claims.fingerprint()).matches("[0-9a-f]{12}");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          scope       | 7
          scope       | null
          scope       | ["read"]
          scope       | "re\\"ad"
          scope       | "re\\\\ad"
          scope       | "réad"
          scope       | "read\\twrite"
          permissions | "read"
          permissions | {}
          permissions | null
          permissions | [7]
          permissions | [null]
          permissions | [""]
          permissions | [["read"]]
          permissions | ["a\\nb"]
          email       | ""
          email       | "a@b"
          email       | "alice"
          email       | 7
          email       | null
          email       | ["alice@example.com"]
          email       | "älice@example.com"
          jti         | 7
          jti         | null
          jti         | {}
          jti         | "a\\u0000"
          jti         | ""
          jti         | " "
          jti         | "\\u200b"
          jti         | "a\\u200b"
          permissions | ["re\\u00adad"]
          """)
  void believesNoClaimOfTheWrongKind(String claim, String json) {
    assertInvalid(good().with(claim, json), claim + " unusable");
  }

  @Test
  void believesNoMoreThanItsBounds() {
    String many = "\"x\",".repeat(256);
    String most = "[" + many.substring(0, many.length() - 1) + "]";
    assertThat(verify(good().with("permissions", most))).isInstanceOf(TokenVerdict.Valid.class);
    assertInvalid(good().with("permissions", "[" + many + "\"x\"]"), "permissions unusable");
    String text = "x".repeat(257);
    assertInvalid(good().with("permissions", "[\"" + text + "\"]"), "permissions unusable");
    assertInvalid(good().with("jti", '"' + text + '"'), "jti unusable");
    assertInvalid(good().with("email", '"' + text + "@example.com\""), "email unusable");
  }

  /** Contract 3.2: a good signature, but expired. */
  @Test
  void callsAnExpiredTokenExpiredWhateverElseItSays() {
    for (Tokens expired :
        new Tokens[] {
          good().with("exp", "1").without("user_id"),
          good().with("exp", "1").with("email", "7"),
          good().with("exp", "1").with("scope", "[]")
        }) {
      assertThat(verify(expired)).isInstanceOf(TokenVerdict.Expired.class);
    }
    assertInvalid(good().with("exp", "1").with("nbf", Long.toString(SECONDS + 9)), "not valid yet");
  }

  @Test
  void believesNoPayloadThatMeansTwoThings() {
    for (String payload :
        new String[] {
          "{\"user_id\":\"42\",\"user_id\":\"43\"}",
          "{\"user_id\":\"42\",\"\\u0075ser_id\":\"43\"}",
          "{\"user_id\":\"42\",\"exp\":NaN}",
          "{\"user_id\":\"42\",\"exp\":Infinity}",
          "{\"user_id\":\"42\",\"exp\":0x7fffffff}",
          "{\"user_id\":\"42\",\"exp\":+1}",
          "{\"user_id\":\"42\"} {}",
          "{\"user_id\":\"42\",\"x\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}",
          "{\"user_id\":\"42\",\"x\":" + "{\"a\":".repeat(500) + "1" + "}".repeat(500) + "}",
          "{\"user_id\":" + "9".repeat(2_000) + "}",
          "{\"user_id\":\"42\",\"exp\":1" + "0".repeat(2_000) + "}"
        }) {
      String token = Tokens.withPayload(payload);
      assertInvalid(verify("", token), "payload is not JSON", token);
    }
  }

  @ParameterizedTest(name = "exp {0}")
  @ValueSource(strings = {"-1e300", "-1e400", "1e-400", "-0", "-0.0", "1e-999999999"})
  void aTimeOfLongAgoIsOver(String exp) {
    assertThat(verify(good().with("exp", exp))).isInstanceOf(TokenVerdict.Expired.class);
  }

  // --- times ------------------------------------------------------------------------------------

  @Test
  void endsATokenAtItsExpiryToTheSecond() {
    assertThat(verify(good().with("exp", Long.toString(SECONDS + 1))))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(good().with("exp", Long.toString(SECONDS))))
        .isInstanceOf(TokenVerdict.Expired.class);
    assertThat(verify(good().with("exp", "0"))).isInstanceOf(TokenVerdict.Expired.class);
    assertThat(verify(good().with("exp", "-1"))).isInstanceOf(TokenVerdict.Expired.class);
  }

  @Test
  void readsFractionsOfASecond() {
    assertThat(verify(good().with("exp", SECONDS + ".5")))
        .satisfies(Tokens.validFor("42", NOW.plusMillis(500)));
    assertThat(verify(good().with("nbf", SECONDS + ".5"))).isInstanceOf(TokenVerdict.Invalid.class);
  }

  @Test
  void aTokenWithoutExpiryNeverEnds() {
    assertThat(verify(good().without("exp"))).satisfies(Tokens.validFor("42", Instant.MAX));
  }

  @ParameterizedTest(name = "exp {0}")
  @ValueSource(strings = {"1e300", "99999999999999999999", "9223372036854775807"})
  void aTokenMayEndLaterThanAnyCalendarReaches(String exp) {
    assertThat(verify(good().with("exp", exp))).isInstanceOf(TokenVerdict.Valid.class);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"exp", "nbf", "iat"})
  void aTimeThatIsNoNumberIsNotBelieved(String claim) {
    for (String json : new String[] {"\"soon\"", "\"1\"", "null", "true", "[]", "{}"}) {
      assertInvalid(good().with(claim, json), claim + " is no number");
    }
  }

  @Test
  void aTokenThatIsNotValidYetIsInvalidAndNotExpired() {
    assertInvalid(good().with("nbf", Long.toString(SECONDS + 1)), "not valid yet");
    assertInvalid(good().with("iat", Long.toString(SECONDS + 6)), "not valid yet");
    assertThat(verify(good().with("iat", Long.toString(SECONDS + 5))))
        .as("the issuer's clock may be 5 s ahead")
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(good().with("nbf", Long.toString(SECONDS))))
        .isInstanceOf(TokenVerdict.Valid.class);
  }

  @Test
  void forgivesClocksThatDifferByTheLeeway() {
    String leeway = "leeway: 5s";
    assertThat(verify(leeway, good().with("exp", Long.toString(SECONDS - 4)).text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(leeway, good().with("exp", Long.toString(SECONDS - 5)).text()))
        .isInstanceOf(TokenVerdict.Expired.class);
    assertThat(verify(leeway, good().with("nbf", Long.toString(SECONDS + 5)).text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(leeway, good().with("nbf", Long.toString(SECONDS + 6)).text()))
        .isInstanceOf(TokenVerdict.Invalid.class);
  }

  // --- issuer and audience ----------------------------------------------------------------------

  @Test
  void believesOnlyTheIssuerThatIsConfigured() {
    String issuer = "issuer: https://issuer.example";

    assertThat(verify(issuer, good().with("iss", "\"https://issuer.example\"").text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    for (Tokens wrong :
        new Tokens[] {
          good(), good().with("iss", "\"https://evil.example\""), good().with("iss", "7")
        }) {
      assertThat(verify(issuer, wrong.text())).isInstanceOf(TokenVerdict.Invalid.class);
    }
  }

  @Test
  void believesOnlyAnAudienceThatIsConfigured() {
    String audience = "audience: [chat, shop]";

    assertThat(verify(audience, good().with("aud", "\"chat\"").text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(audience, good().with("aud", "[\"other\",\"shop\"]").text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    for (String wrong : new String[] {"\"other\"", "[]", "[\"other\"]", "7", "null", "{}"}) {
      assertThat(verify(audience, good().with("aud", wrong).text()))
          .as("aud %s", wrong)
          .isInstanceOf(TokenVerdict.Invalid.class);
    }
    assertThat(verify(audience, good().text())).isInstanceOf(TokenVerdict.Invalid.class);
  }

  @Test
  void anExpiredTokenOfAnotherIssuerIsInvalid() {
    Tokens token = good().with("exp", "1").with("iss", "\"https://evil.example\"");

    assertThat(verify("issuer: https://issuer.example", token.text()))
        .isInstanceOf(TokenVerdict.Invalid.class);
  }

  // --- signature and algorithm ------------------------------------------------------------------

  @Test
  @DisplayName("the signature comes first: an expired token with a bad one is not called expired")
  void checksTheSignatureBeforeAnyClaim() {
    assertInvalid(good().signedByAnother(), "signature");
    assertInvalid(good().with("exp", "1").signedByAnother(), "signature");
    assertInvalid(good().without("user_id").signedByAnother(), "signature");
  }

  @Test
  void believesNoTokenThatWasChangedInAnyPlace() {
    String token = good().text();
    for (int i = 0; i < token.length() - 1; i++) {
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);

      assertThat(verify("", changed))
          .as("changed at %s", i)
          .isInstanceOf(TokenVerdict.Invalid.class);
    }
  }

  @Test
  void believesNoOtherAlgorithmWhateverItsSignature() {
    assertInvalid(good().algorithm("HS512", "HmacSHA512"), "algorithm not allowed");
    assertInvalid(good().algorithm("HS384", "HmacSHA384"), "algorithm not allowed");
    for (String alg : new String[] {"none", "None", "NONE", "hs256", "RS256", ""}) {
      assertInvalid(good().header("{\"alg\":\"" + alg + "\"}"), "algorithm not allowed");
    }
    for (String header : new String[] {"{}", "{\"alg\":null}", "{\"alg\":256}", "{\"alg\":[]}"}) {
      assertInvalid(good().header(header), "algorithm not allowed");
    }
  }

  @Test
  void believesNoTokenWithoutASignature() {
    String unsigned = good().unsigned();
    assertInvalid(verify("", unsigned), "no compact JWS", unsigned);
    String none = good().header("{\"alg\":\"none\"}").unsigned();
    assertInvalid(verify("", none), "algorithm not allowed", none);
  }

  @Test
  void understandsNoCriticalHeader() {
    assertInvalid(
        good().header("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}"), "critical header");
  }

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(
      strings = {
        "",
        "hello",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "..",
        "{}",
        "null",
        "\u0000",
        "🌍.🌍.🌍",
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x",
        "eyJhbGciOiJIUzI1NiJ9.e30.x ",
        "e30=.e30=.x"
      })
  void believesNoJunk(String junk) {
    assertThat(verify("", junk)).isInstanceOf(TokenVerdict.Invalid.class);
  }

  @Test
  void believesNoTokenWhosePayloadIsNoObject() {
    for (String payload : new String[] {"[]", "null", "7", "\"x\"", "", "{", "not json"}) {
      String token = Tokens.withPayload(payload);

      assertThat(verify("", token)).as(payload).isInstanceOf(TokenVerdict.Invalid.class);
    }
  }

  @Test
  void readsNoTokenThatIsVeryLong() {
    Tokens token = good().with("pad", '"' + "x".repeat(8_000) + '"');

    assertInvalid(token, "longer than 8192 characters");
  }

  @Test
  void neverTellsATokenByItsVerdict() {
    for (Tokens token :
        new Tokens[] {
          good().with("exp", "1"), good().signedByAnother(), good().with("iat", "{}")
        }) {
      String text = token.text();
      for (String part : text.split("\\.", -1)) {
        assertThat(verify(token).toString()).doesNotContain(part);
      }
    }
  }
}
