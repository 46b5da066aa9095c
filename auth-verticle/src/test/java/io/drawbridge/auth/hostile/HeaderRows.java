package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.good;
import static io.drawbridge.auth.hostile.Keys.mac;
import static io.drawbridge.auth.hostile.Keys.rs256;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;

/** The header names a key of the attacker's, or asks for what nobody offers (RFC 7515 §4.1). */
final class HeaderRows {
  private HeaderRows() {}

  static Rows rows() {
    Rows rows = new Rows("Header");
    keyRows(rows);
    foreignKeyRows(rows);
    criticalRows(rows);
    typeRows(rows);
    jsonRows(rows);
    return rows;
  }

  private static void keyRows(Rows rows) {
    rows.invalid(
            "kid as a path to nothing, signed with nothing",
            () -> kid("\"../../../../dev/null\"", mac("HmacSHA256", new byte[1])))
        .invalid(
            "kid as a path to a known file, signed with it",
            () -> kid("\"/proc/sys/kernel/randomize_va_space\"", mac("HmacSHA256", "2\n")))
        .invalid(
            "kid as SQL that selects the secret",
            () -> kid("\"x' UNION SELECT 'them'--\"", mac("HmacSHA256", "them")))
        .invalid("kid as a command", () -> kid("\"key; echo them |\"", mac("HmacSHA256", "them")))
        .invalid(
            "kid as a lookup by JNDI", () -> kid("\"${jndi:ldap://127.0.0.1/a}\"", Keys.theirs()))
        .invalid("kid as an address on the Web", () -> kid("\"" + Trap.url() + "\"", Keys.theirs()))
        .invalid("kid with line ends", () -> kid("\"a\\r\\nkind: FAKE\"", Keys.theirs()))
        .invalid(
            "kid with a terminal's control characters",
            () -> kid("\"\\u001b[2J\\u0007\"", Keys.theirs()))
        .invalid(
            "kid of 10,000 characters", () -> kid("\"" + "k".repeat(10_000) + "\"", Keys.theirs()))
        .invalid("kid empty", () -> kid("\"\"", Keys.theirs()))
        .invalid("kid a list", () -> kid("[\"a\"]", Keys.ours()))
        .invalid("kid an object", () -> kid("{\"a\":1}", Keys.ours()))
        .invalid("kid a number", () -> kid("7", Keys.ours()))
        .invalid("kid null", () -> kid("null", Keys.ours()))
        .invalid("kid twice", () -> good().saying("\"kid\":\"a\",\"kid\":\"b\"").text());
  }

  private static String kid(String json, Keys.Signer signer) {
    return good("HS256", signer).saying("\"kid\":" + json).text();
  }

  private static void foreignKeyRows(Rows rows) {
    PublicKey theirs = Keys.THEIR_RSA.getPublic();
    String x5c = "[\"" + Base64.getEncoder().encodeToString(theirs.getEncoded()) + "\"]";
    for (String member : new String[] {"jku", "x5u"}) {
      String pointer = "\"" + member + "\":\"" + Trap.url() + "\"";
      rows.to(Setup.SECRET)
          .invalid(
              member + " to their server, HS256 by them",
              () -> good("HS256", Keys.theirs()).saying(pointer).text())
          .to(Setup.RSA)
          .invalid(
              member + " to their server, RS256 by them", () -> theirs().saying(pointer).text())
          .invalid(
              member + " and kid to their server",
              () -> theirs().saying(pointer + ",\"kid\":\"them\"").text());
    }
    rows.invalid(
            "jwk with their own key",
            () -> theirs().saying("\"jwk\":" + Keys.rsaJwk(theirs)).text())
        .invalid("x5c with their own key", () -> theirs().saying("\"x5c\":" + x5c).text())
        .to(Setup.MIXED)
        .invalid(
            "jwk with their own Ed25519 key",
            () ->
                good("EdDSA", Keys.edDsa(Keys.THEIR_EDWARDS))
                    .saying("\"jwk\":" + Keys.edwardsJwk(Keys.THEIR_EDWARDS.getPublic()))
                    .text())
        .invalid(
            "jwk with a secret of their own",
            () ->
                good("HS256", mac("HmacSHA256", "them"))
                    .saying("\"jwk\":{\"kty\":\"oct\",\"k\":\"dGhlbQ\"}")
                    .text())
        .to(Setup.SECRET);
  }

  private static HostileToken theirs() {
    return good("RS256", rs256(Keys.THEIR_RSA));
  }

  private static void criticalRows(Rows rows) {
    rows.invalid(
            "crit with a name that nobody knows",
            () -> saying("\"crit\":[\"http://them.example/x\"],\"http://them.example/x\":1"))
        .invalid("crit with a name of the RFC itself", () -> saying("\"crit\":[\"alg\"]"))
        .invalid("crit with exp", () -> saying("\"crit\":[\"exp\"],\"exp\":1"))
        .invalid("crit with a name that is not there", () -> saying("\"crit\":[\"b64\"]"))
        .invalid("crit empty", () -> saying("\"crit\":[]"))
        .invalid("crit a string", () -> saying("\"crit\":\"alg\""))
        .invalid("crit null", () -> saying("\"crit\":null"))
        .invalid("crit an object", () -> saying("\"crit\":{}"))
        .invalid(
            "crit with the same name twice",
            () -> saying("\"crit\":[\"b64\",\"b64\"],\"b64\":true"))
        .invalid("crit with b64, true", () -> saying("\"crit\":[\"b64\"],\"b64\":true"))
        .invalid("b64 false, signed over the plain payload", HeaderRows::plainPayload)
        .invalid("b64 false without crit", () -> saying("\"b64\":false"))
        .invalid("zip, and the payload is deflated", HeaderRows::deflated)
        .good("zip, though nothing is deflated", () -> saying("\"zip\":\"DEF\""));
  }

  /** RFC 7797 §3. */
  private static String plainPayload() {
    HostileToken token = good().saying("\"crit\":[\"b64\"],\"b64\":false");
    return token.writingPayload(encoded -> token.json().replace('.', ' ')).text();
  }

  /** RFC 7516 §4.1.3, which is not for a JWS. */
  private static String deflated() {
    HostileToken token = good().saying("\"zip\":\"DEF\"");
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(token.json().getBytes(StandardCharsets.UTF_8));
    deflater.finish();
    byte[] packed = new byte[1024];
    int length = deflater.deflate(packed);
    deflater.end();
    return token.payload(Arrays.copyOf(packed, length)).text();
  }

  private static void typeRows(Rows rows) {
    rows.invalid("typ JWE", () -> good().typ("\"JWE\"").text())
        .invalid("typ of a proof of possession", () -> good().typ("\"dpop+jwt\"").text())
        .invalid("typ of a security event", () -> good().typ("\"secevent+jwt\"").text())
        .invalid("typ of a logout", () -> good().typ("\"logout+jwt\"").text())
        .invalid("typ empty", () -> good().typ("\"\"").text())
        .invalid("typ a number", () -> good().typ("1").text())
        .invalid("typ null", () -> good().typ("null").text())
        .invalid("typ a list", () -> good().typ("[\"JWT\"]").text())
        .good("typ left out", () -> good().header("{\"alg\":\"HS256\"}").text());
  }

  private static void jsonRows(Rows rows) {
    rows.invalid(
            "alg twice, the good one first", () -> header("{\"alg\":\"HS256\",\"alg\":\"none\"}"))
        .invalid(
            "alg twice, the good one last", () -> header("{\"alg\":\"none\",\"alg\":\"HS256\"}"))
        .invalid("alg twice, both good", () -> header("{\"alg\":\"HS256\",\"alg\":\"HS256\"}"))
        .invalid(
            "alg twice, once by an escape",
            () -> header("{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}"))
        .invalid("typ twice", () -> header("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"typ\":\"JWT\"}"))
        .invalid("header a list", () -> header("[\"alg\",\"HS256\"]"))
        .invalid("header a string", () -> header("\"HS256\""))
        .invalid("header null", () -> header("null"))
        .invalid("header empty object", () -> header("{}"))
        .invalid(
            "header with something behind it",
            () -> header("{\"alg\":\"HS256\"}{\"alg\":\"none\"}"))
        .invalid("header with a comment", () -> header("{\"alg\":\"HS256\"/*,*/}"))
        .invalid("header with single quotes", () -> header("{'alg':'HS256'}"))
        .invalid("header without quotes", () -> header("{alg:\"HS256\"}"))
        .invalid("header with a comma too many", () -> header("{\"alg\":\"HS256\",}"))
        .invalid("header with a byte order mark", () -> header("\ufeff{\"alg\":\"HS256\"}"))
        .invalid(
            "header in UTF-16",
            () -> base64Header("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_16BE)))
        .invalid(
            "header that is no UTF-8",
            () -> base64Header(ClaimBytes.notUtf8("{\"alg\":\"HS256\",\"x\":\"?\"}")))
        .invalid(
            "header nested 1,500 deep",
            () -> header("{\"alg\":\"HS256\",\"x\":" + nested(1_500) + "}"))
        .invalid(
            "header nested 20,000 deep",
            () -> header("{\"alg\":\"HS256\",\"x\":" + nested(20_000) + "}"))
        .invalid(
            "header with a number that ends in a letter",
            () -> header("{\"alg\":\"HS256\",\"x\":" + "9".repeat(400) + "x}"))
        .invalid("header of 4,000 members, one of them twice", HeaderRows::manyMembers);
  }

  /** Twice the same member at the end, so that somebody has to look at all of them. */
  private static String manyMembers() {
    StringBuilder json = new StringBuilder("{\"alg\":\"HS256\"");
    for (int i = 0; i < 4_000; i++) {
      json.append(",\"").append(i).append("\":0");
    }
    return header(json + ",\"3999\":0}");
  }

  static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static String saying(String members) {
    return good().saying(members).text();
  }

  private static String header(String json) {
    return good().header(json).text();
  }

  private static String base64Header(byte[] header) {
    return good().writingHeader(any -> HostileToken.base64(header)).text();
  }
}
