package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.good;
import static io.drawbridge.auth.hostile.Keys.edDsa;
import static io.drawbridge.auth.hostile.Keys.es256;
import static io.drawbridge.auth.hostile.Keys.mac;
import static io.drawbridge.auth.hostile.Keys.ps256;
import static io.drawbridge.auth.hostile.Keys.rs256;
import static io.drawbridge.auth.hostile.Keys.with;

import io.drawbridge.auth.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Map;

/** The algorithm is none, another, or another key's (RFC 8725 §2.1, §3.1). */
final class AlgorithmRows {
  private AlgorithmRows() {}

  static Rows rows() {
    Rows rows = new Rows("Algorithm");
    for (String none : new String[] {"none", "None", "NONE", "nOnE"}) {
      String alg = '"' + none + '"';
      rows.invalid("alg " + none + ", no signature", () -> good().alg(alg).unsigned())
          .invalid("alg " + none + ", signed with the secret", () -> good().alg(alg).text());
    }
    rows.invalid("alg none without the last dot", () -> good().alg("\"none\"").content())
        .invalid("alg none by an escape", () -> good().alg("\"\\u006eone\"").unsigned())
        .invalid(
            "alg none, signature of a good token",
            () -> good().alg("\"none\"").content() + '.' + good().text().split("\\.", -1)[2]);
    Map<String, String> odd =
        Map.of(
            "with a space behind it", "\"HS256 \"",
            "none with a space", "\"none \"",
            "empty", "\"\"",
            "in small letters", "\"hs256\"",
            "a number", "256",
            "a list", "[\"HS256\"]",
            "an object", "{\"HS256\":true}",
            "null", "null",
            "true", "true",
            "with a NUL", "\"HS256\\u0000\"");
    odd.keySet().stream()
        .sorted()
        .forEach(
            what ->
                rows.invalid("alg " + what + ", no signature", () -> unsigned(odd.get(what)))
                    .invalid("alg " + what + ", signed", () -> good().alg(odd.get(what)).text()));
    rows.invalid("no alg, no signature", () -> good().header("{\"typ\":\"JWT\"}").unsigned())
        .invalid("no alg, signed", () -> good().header("{\"typ\":\"JWT\"}").text())
        .invalid("ALG in capitals", () -> good().header("{\"ALG\":\"HS256\"}").text())
        .invalid("HS384 with the secret", () -> good("HS384", mac("HmacSHA384", secret())).text())
        .invalid("HS512 with the secret", () -> good("HS512", mac("HmacSHA512", secret())).text())
        .invalid("HS1", () -> good("HS1", mac("HmacSHA1", secret())).text())
        .invalid(
            "HS256 claimed, HS512 made", () -> good("HS256", mac("HmacSHA512", secret())).text())
        .invalid("HS512 claimed, HS256 made", () -> good("HS512", Keys.ours()).text())
        .invalid(
            "RS256 where there is only a secret", () -> good("RS256", rs256(Keys.THEIR_RSA)).text())
        .invalid("RS256 claimed, made with the secret", () -> good("RS256", Keys.ours()).text())
        .invalid(
            "ES256 where there is only a secret", () -> good("ES256", es256(Keys.THEIR_EC)).text())
        .invalid(
            "EdDSA where there is only a secret",
            () -> good("EdDSA", edDsa(Keys.THEIR_EDWARDS)).text())
        .invalid("an algorithm that nobody knows", () -> good("XY999", Keys.ours()).text())
        .good("HS256", () -> good().text());
    toRsa(rows.to(Setup.RSA));
    toMixed(rows.to(Setup.MIXED));
    return rows;
  }

  private static void toRsa(Rows rows) {
    PublicKey key = Keys.RSA.getPublic();
    String pem = Keys.pem(key);
    rows.good("RS256", () -> good("RS256", rs256(Keys.RSA)).text())
        .invalid(
            "HS256 with the PEM of the public key",
            () -> good("HS256", mac("HmacSHA256", pem)).text())
        .invalid(
            "HS256 with the PEM, trimmed",
            () -> good("HS256", mac("HmacSHA256", pem.trim())).text())
        .invalid(
            "HS256 with the DER of the public key",
            () -> good("HS256", mac("HmacSHA256", key.getEncoded())).text())
        .invalid(
            "HS256 with the JWK of the public key",
            () -> good("HS256", mac("HmacSHA256", Keys.rsaJwk(key))).text())
        .invalid(
            "RS256 claimed, HS256 made with the PEM",
            () -> good("RS256", mac("HmacSHA256", pem)).text())
        .invalid("HS256 with the secret, where it is not allowed", () -> good().text())
        .invalid("PS256 with the key for RS256", () -> good("PS256", ps256(Keys.RSA)).text())
        .invalid(
            "RS512 with the key for RS256",
            () -> good("RS512", with("SHA512withRSA", Keys.RSA, null)).text())
        .invalid(
            "RS256 claimed, RS512 made",
            () -> good("RS256", with("SHA512withRSA", Keys.RSA, null)).text())
        .invalid(
            "RS256 claimed, RS1 made",
            () -> good("RS256", with("SHA1withRSA", Keys.RSA, null)).text())
        .invalid("RS256 with another key", () -> good("RS256", rs256(Keys.THEIR_RSA)).text())
        .invalid("alg none where there is only a public key", () -> unsigned("\"none\""))
        .expired("RS256, expired", () -> good("RS256", rs256(Keys.RSA)).in("exp", -1).text());
  }

  private static void toMixed(Rows rows) {
    PublicKey edwards = Keys.EDWARDS.getPublic();
    rows.good("HS256 beside keys", () -> good().text())
        .good("RS256 beside a secret", () -> good("RS256", rs256(Keys.RSA)).text())
        .good("PS256", () -> good("PS256", ps256(Keys.RSA_PSS)).text())
        .good("ES256", () -> good("ES256", es256(Keys.EC)).text())
        .good("EdDSA", () -> good("EdDSA", edDsa(Keys.EDWARDS)).text())
        .invalid("HS256 with the PEM of the RSA key", () -> pemAsSecret(Keys.RSA.getPublic()))
        .invalid("HS256 with the PEM of the EC key", () -> pemAsSecret(Keys.EC.getPublic()))
        .invalid(
            "HS256 with the raw Ed25519 key",
            () -> good("HS256", mac("HmacSHA256", Keys.raw(edwards))).text())
        .invalid(
            "HS256 with the JWK of the Ed25519 key",
            () -> good("HS256", mac("HmacSHA256", Keys.edwardsJwk(edwards))).text())
        .invalid(
            "PS256 with the key that is for RS256", () -> good("PS256", ps256(Keys.RSA)).text())
        .invalid(
            "RS256 with the key that is for PS256", () -> good("RS256", rs256(Keys.RSA_PSS)).text())
        .invalid("RS256 claimed, PS256 made", () -> good("RS256", ps256(Keys.RSA)).text())
        .invalid("PS256 claimed, RS256 made", () -> good("PS256", rs256(Keys.RSA_PSS)).text())
        .invalid("ES256 claimed, EdDSA made", () -> good("ES256", edDsa(Keys.EDWARDS)).text())
        .invalid("EdDSA claimed, ES256 made", () -> good("EdDSA", es256(Keys.EC)).text())
        .invalid(
            "Ed25519 as a name of its own, not allowed",
            () -> good("Ed25519", edDsa(Keys.EDWARDS)).text())
        .invalid(
            "HS512 where only HS256 is allowed",
            () -> good("HS512", mac("HmacSHA512", secret())).text())
        .invalid("alg none where there are keys of all kinds", () -> unsigned("\"none\""))
        .expired("EdDSA, expired", () -> good("EdDSA", edDsa(Keys.EDWARDS)).in("exp", -1).text());
  }

  private static String unsigned(String alg) {
    return good().alg(alg).unsigned();
  }

  private static String pemAsSecret(PublicKey key) {
    return good("HS256", mac("HmacSHA256", Keys.pem(key))).text();
  }

  private static byte[] secret() {
    return Tokens.SECRET.getBytes(StandardCharsets.UTF_8);
  }
}
