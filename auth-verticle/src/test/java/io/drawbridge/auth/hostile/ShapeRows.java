package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.base64;
import static io.drawbridge.auth.hostile.HostileToken.good;

import java.util.Locale;
import java.util.stream.IntStream;

/** The text is not exactly a compact JWS (RFC 7515 §7.1), though it may be near to one. */
final class ShapeRows {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private ShapeRows() {}

  static Rows rows() {
    Rows rows = new Rows("Shape");
    base64Rows(rows);
    partRows(rows);
    aroundRows(rows);
    otherRows(rows);
    return rows;
  }

  private static void base64Rows(Rows rows) {
    rows.invalid("padding behind the signature", () -> good().text() + '=')
        .invalid("two paddings behind the signature", () -> good().text() + "==")
        .invalid(
            "padding behind the payload, signed so",
            () -> good().claim("p", pad(1)).writingPayload(p -> p + '=').text())
        .invalid(
            "padding behind the header, signed so", () -> good().writingHeader(h -> h + '=').text())
        .invalid("unused bits of the signature set", () -> good().signature(ShapeRows::lastBit))
        .invalid("unused bits of the payload set, signed so", ShapeRows::unusedBitsOfPayload)
        .invalid("unused bits of the header set, signed so", ShapeRows::unusedBitsOfHeader)
        .invalid("one character that decodes to nothing", () -> good().text() + 'A')
        .invalid("+ and / in the signature", ShapeRows::standardAlphabet)
        .invalid(
            "+ and / in the payload, signed so",
            () -> good().claim("x", "\"~~~???\"").writingPayload(ShapeRows::standard).text())
        .invalid(
            "a space in the signature",
            () -> good().signature(s -> s.substring(0, 9) + ' ' + s.substring(9)))
        .invalid(
            "a newline in the signature",
            () -> good().signature(s -> s.substring(0, 9) + "\r\n" + s.substring(9)))
        .invalid(
            "a newline in the payload, signed so",
            () -> good().writingPayload(p -> p.substring(0, 9) + '\n' + p.substring(9)).text())
        .invalid("a comma in the signature", () -> good().signature(s -> s + ','))
        .invalid("a letter percent-encoded", () -> good().text().replaceFirst("e", "%65"))
        .invalid("dots percent-encoded", () -> good().text().replace(".", "%2E"))
        .invalid("full-width dots", () -> good().text().replace('.', '．'))
        .invalid("a Cyrillic е for an e", () -> good().text().replaceFirst("e", "е"))
        .invalid("full-width letters", () -> good().text().replaceFirst("eyJ", "ｅｙＪ"))
        .invalid("a zero-width space", () -> good().text().replaceFirst("\\.", ".\u200b"))
        .invalid("a soft hyphen in the signature", () -> good().text() + '\u00ad')
        .invalid(
            "characters that are the same but for their high byte",
            () -> good().signature(s -> (char) (s.charAt(0) + 0x100) + s.substring(1)));
  }

  private static void partRows(Rows rows) {
    rows.invalid("nothing", () -> "")
        .invalid("one part", () -> good().text().replace(".", ""))
        .invalid("two parts", () -> good().content())
        .invalid("four parts", () -> good().text() + ".AAAA")
        .invalid("five parts", () -> good().text() + ".AAAA.AAAA")
        .invalid("six parts", () -> good().text() + ".A.A.A")
        .invalid("10,000 dots", () -> ".".repeat(10_000))
        .invalid("two dots", () -> "..")
        .invalid("one dot", () -> ".")
        .invalid("three dots", () -> "...")
        .invalid("a dot before it", () -> "." + good().text())
        .invalid("a dot behind it", () -> good().text() + '.')
        .invalid("two dots in a row", () -> good().text().replaceFirst("\\.", ".."))
        .invalid("an empty header", () -> good().signed("." + good().content().split("\\.", -1)[1]))
        .invalid("an empty payload", () -> good().payload("").text())
        .invalid("empty header and payload, signed", () -> good().signed("."))
        .invalid("two tokens glued", () -> good().text() + good().text())
        .invalid("two tokens with a dot between", () -> good().text() + '.' + good().text())
        .invalid("two tokens with a space between", () -> good().text() + ' ' + good().text())
        .invalid("a good token cut in the middle", () -> half(good().text()))
        .good("the good token that these are made of", () -> good().text());
  }

  private static void aroundRows(Rows rows) {
    rows.invalid("a space before it", () -> " " + good().text())
        .invalid("a space behind it", () -> good().text() + ' ')
        .invalid("a newline behind it", () -> good().text() + '\n')
        .invalid("a tab before it", () -> '\t' + good().text())
        .invalid("a no-break space behind it", () -> good().text() + '\u00a0')
        .invalid("a byte order mark before it", () -> '\ufeff' + good().text())
        .invalid("a NUL behind it", () -> good().text() + '\0')
        .invalid("a NUL before it", () -> '\0' + good().text())
        .invalid("Bearer before it", () -> "Bearer " + good().text())
        .invalid("token= before it", () -> "token=" + good().text())
        .invalid("in quotes", () -> '"' + good().text() + '"')
        .invalid("in angle brackets", () -> '<' + good().text() + '>')
        .invalid("written backwards", () -> new StringBuilder(good().text()).reverse().toString())
        .invalid("base64 once more", () -> base64(good().text()))
        .invalid("in capitals", () -> good().text().toUpperCase(Locale.ROOT));
  }

  private static void otherRows(Rows rows) {
    rows.invalid("JSON serialisation, flattened", ShapeRows::flattened)
        .invalid("JSON serialisation, general", ShapeRows::general)
        .invalid(
            "JWE compact, five parts",
            () ->
                base64("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}")
                    + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA")
        .invalid(
            "a JWE header on a JWS",
            () -> good().header("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}").text())
        .invalid("nested: the payload is a token", () -> good().payload(good().text()).text())
        .invalid(
            "nested, and it says so",
            () -> good().saying("\"cty\":\"JWT\"").payload(good().text()).text())
        .invalid("detached payload", ShapeRows::detached)
        .invalid(
            "PEM of a private key",
            () -> "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
        .invalid("an HTTP request", () -> "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .invalid("an empty object", () -> "{}")
        .invalid("an empty list", () -> "[]")
        .invalid("null", () -> "null")
        .invalid("60,000 open brackets", () -> "[".repeat(60_000))
        .invalid("60 KiB of letters", () -> "A".repeat(60 * 1024))
        .invalid(
            "60 KiB of letters in three parts",
            () -> "A".repeat(20_000) + '.' + "A".repeat(20_000) + '.' + "A".repeat(20_000))
        .invalid("a well-signed token of 60 KiB", () -> good().claim("pad", pad(44_000)).text())
        .tooBig("a well-signed token of 1 MB", () -> good().claim("pad", pad(750_000)).text())
        .tooBig("1 MB of junk", () -> "A".repeat(1_000_000));
  }

  // --- how they are made ------------------------------------------------------------------------

  private static String pad(int length) {
    return '"' + "x".repeat(length) + '"';
  }

  /** The same bytes by another last character, whose unused bits are set (RFC 4648 §3.5). */
  private static String lastBit(String base64) {
    int last = ALPHABET.indexOf(base64.charAt(base64.length() - 1));
    return base64.substring(0, base64.length() - 1) + ALPHABET.charAt(last | 1);
  }

  private static String unusedBitsOfPayload() {
    // As long as leaves bits over.
    HostileToken token =
        IntStream.range(0, 3)
            .mapToObj(i -> good().claim("pad", pad(i)))
            .filter(made -> made.json().length() % 3 == 1)
            .findFirst()
            .orElseThrow();
    return token.writingPayload(ShapeRows::lastBit).text();
  }

  private static String unusedBitsOfHeader() {
    return good().header("{\"alg\":\"HS256\" }").writingHeader(ShapeRows::lastBit).text();
  }

  private static String standard(String base64) {
    return base64.replace('-', '+').replace('_', '/');
  }

  /** The first of many tokens whose signature has a character that the alphabets differ in. */
  private static String standardAlphabet() {
    return IntStream.range(0, 1000)
        .mapToObj(i -> good().claim("n", Integer.toString(i)))
        .filter(token -> token.text().split("\\.", -1)[2].matches(".*[-_].*"))
        .findFirst()
        .orElseThrow()
        .signature(ShapeRows::standard);
  }

  private static String half(String token) {
    return token.substring(0, token.length() / 2);
  }

  private static String detached() {
    String[] parts = good().text().split("\\.", -1);
    return parts[0] + ".." + parts[2];
  }

  private static String flattened() {
    String[] parts = good().text().split("\\.", -1);
    return "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}"
        .formatted(parts[0], parts[1], parts[2]);
  }

  private static String general() {
    String[] parts = good().text().split("\\.", -1);
    return "{\"payload\":\"%s\",\"signatures\":[{\"protected\":\"%s\",\"signature\":\"%s\"}]}"
        .formatted(parts[1], parts[0], parts[2]);
  }
}
