package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.good;

import java.nio.charset.StandardCharsets;

/** Well signed, but the payload is no JSON object that says one thing (RFC 7519 §4). */
final class PayloadRows {
  private static final String USER = "{\"user_id\":\"42\"";

  private PayloadRows() {}

  static Rows rows() {
    Rows rows = new Rows("Payload");
    for (String other :
        new String[] {
          "[]", "[{\"user_id\":\"42\"}]", "\"42\"", "42", "null", "true", "{", "}", "{}", "x", " "
        }) {
      rows.invalid("payload " + (other.isBlank() ? "a space" : other), () -> payload(other));
    }
    rows.good("the payload that these are made of", () -> payload(USER + "}"));
    grammarRows(rows);
    twiceRows(rows);
    encodingRows(rows);
    sizeRows(rows);
    return rows;
  }

  private static void grammarRows(Rows rows) {
    rows.invalid("something behind the object", () -> payload(USER + "} x"))
        .invalid("a second object behind it", () -> payload(USER + "}{\"user_id\":\"1\"}"))
        .invalid("a NUL behind it", () -> payload(USER + "}\0"))
        .invalid("cut in the middle", () -> payload(USER))
        .invalid("a comment", () -> payload(USER + "/* */}"))
        .invalid("a comment to the end of the line", () -> payload(USER + "// \n}"))
        .invalid("a comma too many", () -> payload(USER + ",}"))
        .invalid("single quotes", () -> payload("{'user_id':'42'}"))
        .invalid("names without quotes", () -> payload("{user_id:\"42\"}"))
        .invalid("NaN", () -> payload(USER + ",\"x\":NaN}"))
        .invalid("Infinity", () -> payload(USER + ",\"x\":Infinity}"))
        .invalid("a number with a zero before it", () -> payload(USER + ",\"x\":007}"))
        .invalid("a number in hexadecimal", () -> payload(USER + ",\"x\":0x7}"))
        .invalid("a plus before a number", () -> payload(USER + ",\"x\":+7}"))
        .invalid("a newline within a string", () -> payload(USER + ",\"x\":\"a\nb\"}"))
        .invalid("an escape that there is not", () -> payload(USER + ",\"x\":\"\\q\"}"))
        .invalid("a byte order mark", () -> payload("\ufeff" + USER + "}"));
  }

  private static void twiceRows(Rows rows) {
    rows.invalid("user_id twice", () -> payload(USER + ",\"user_id\":\"1\"}"))
        .invalid("user_id twice, the same", () -> payload(USER + ",\"user_id\":\"42\"}"))
        .invalid(
            "user_id twice, once by an escape", () -> payload(USER + ",\"user\\u005fid\":\"1\"}"))
        .invalid(
            "exp twice, the first expired", () -> payload(USER + ",\"exp\":1,\"exp\":99999999999}"))
        .invalid(
            "exp twice, the last expired", () -> payload(USER + ",\"exp\":99999999999,\"exp\":1}"))
        .invalid("iss twice", () -> payload(USER + ",\"iss\":\"a\",\"iss\":\"b\"}"))
        .invalid("scope twice", () -> payload(USER + ",\"scope\":\"a\",\"scope\":\"admin\"}"))
        .invalid("a claim that nobody reads, twice", () -> payload(USER + ",\"x\":1,\"x\":2}"));
  }

  private static void encodingRows(Rows rows) {
    rows.invalid("UTF-16", () -> bytes((USER + "}").getBytes(StandardCharsets.UTF_16LE)))
        .invalid(
            "UTF-16 with a byte order mark",
            () -> bytes((USER + "}").getBytes(StandardCharsets.UTF_16)))
        .invalid("no UTF-8 in the user", () -> bytes(ClaimBytes.notUtf8("{\"user_id\":\"4?\"}")))
        .invalid(
            "no UTF-8 in a claim that nobody reads",
            () -> bytes(ClaimBytes.notUtf8(USER + ",\"x\":\"?\"}")))
        .invalid(
            "an overlong NUL in the user", () -> bytes(ClaimBytes.overlong("{\"user_id\":\"4?\"}")))
        .invalid(
            "half a surrogate pair as bytes",
            () -> bytes(ClaimBytes.surrogate("{\"user_id\":\"4?\"}")))
        .invalid(
            "bytes of no kind of text",
            () -> bytes(new byte[] {0, 1, 2, (byte) 0xfe, (byte) 0xff}));
  }

  private static void sizeRows(Rows rows) {
    rows.invalid(
            "nested 1,500 deep in lists",
            () -> payload(USER + ",\"x\":" + HeaderRows.nested(1_500) + "}"))
        .invalid(
            "nested 1,200 deep in objects",
            () ->
                payload(USER + ",\"x\":" + "{\"\":".repeat(1_200) + "1" + "}".repeat(1_200) + "}"))
        .invalid("a user of 2,000 digits", () -> payload("{\"user_id\":" + "9".repeat(2_000) + "}"))
        .invalid(
            "a user of 1,000 characters",
            () -> payload("{\"user_id\":\"" + "x".repeat(1_000) + "\"}"))
        .invalid(
            "nested 20,000 deep in lists",
            () -> payload(USER + ",\"x\":" + HeaderRows.nested(20_000) + "}"))
        .invalid(
            "nested 40,000 deep and never closed",
            () -> payload(USER + ",\"x\":" + "[".repeat(40_000)))
        .invalid(
            "nested 7,000 deep in objects",
            () ->
                payload(USER + ",\"x\":" + "{\"a\":".repeat(7_000) + "1" + "}".repeat(7_000) + "}"))
        .invalid(
            "a list nested 20,000 deep as user",
            () -> payload("{\"user_id\":" + HeaderRows.nested(20_000) + "}"))
        .tooBig(
            "nested 100,000 deep",
            () -> payload(USER + ",\"x\":" + HeaderRows.nested(100_000) + "}"))
        .invalid(
            "a user of 40,000 digits", () -> payload("{\"user_id\":" + "9".repeat(40_000) + "}"))
        .invalid(
            "an expiry of 40,000 digits",
            () -> payload(USER + ",\"exp\":" + "9".repeat(40_000) + "}"))
        .invalid(
            "an expiry with 40,000 decimal places",
            () -> payload(USER + ",\"exp\":1." + "9".repeat(40_000) + "e}"))
        .good(
            "an expiry with an exponent of ten digits, which is never",
            () -> payload(USER + ",\"exp\":1e2147483648}"))
        .invalid(
            "an issue date with an exponent of ten digits",
            () -> payload(USER + ",\"iat\":1e2147483647}"))
        .invalid(
            "a user of 40,000 characters",
            () -> payload("{\"user_id\":\"" + "x".repeat(40_000) + "\"}"))
        .invalid(
            "a name of 40,000 characters twice",
            () ->
                payload(
                    USER + ",\"" + "x".repeat(20_000) + "\":1,\"" + "x".repeat(20_000) + "\":1}"));
  }

  private static String payload(String json) {
    return good().payload(json).text();
  }

  private static String bytes(byte[] bytes) {
    return good().payload(bytes).text();
  }
}
