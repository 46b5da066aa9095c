package io.drawbridge.auth.hostile;

import io.drawbridge.auth.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A token for user 42, made of JDK crypto alone, and good unless told to break something. Unlike
 * {@link Tokens} it breaks each byte: its parts need be neither JSON nor text, and are signed as
 * they are.
 */
final class HostileToken {
  private static final AtomicLong MADE = new AtomicLong(1_000_000);

  private final String algorithm;
  private Keys.Signer signer;
  private String header;
  private final Map<String, String> claims = new LinkedHashMap<>();
  private byte[] payload;
  private UnaryOperator<String> writtenHeader = UnaryOperator.identity();
  private UnaryOperator<String> writtenPayload = UnaryOperator.identity();

  private HostileToken(String algorithm, Keys.Signer signer) {
    this.algorithm = algorithm;
    this.signer = signer;
    header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";
  }

  /** Signed with the secret that the server believes. */
  static HostileToken good() {
    return good("HS256", Keys.ours());
  }

  static HostileToken good(String algorithm, Keys.Signer signer) {
    return new HostileToken(algorithm, signer)
        .claim("user_id", "\"42\"")
        // Each is another token, so that no verdict is one that was kept.
        .claim("n", Long.toString(MADE.incrementAndGet()))
        .in("iat", 0)
        .in("exp", 600);
  }

  /** Takes another key, and says nothing of it. */
  HostileToken signedBy(Keys.Signer other) {
    signer = other;
    return this;
  }

  // --- header -----------------------------------------------------------------------------------

  HostileToken header(String json) {
    header = json;
    return this;
  }

  /** The algorithm that it claims, as JSON. */
  HostileToken alg(String json) {
    return header("{\"alg\":" + json + ",\"typ\":\"JWT\"}");
  }

  /** The type that it claims, as JSON. */
  HostileToken typ(String json) {
    return header("{\"alg\":\"" + algorithm + "\",\"typ\":" + json + "}");
  }

  /** Adds members to the header, as JSON without braces. */
  HostileToken saying(String members) {
    return header("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"," + members + "}");
  }

  // --- payload ----------------------------------------------------------------------------------

  /** Sets a claim to a JSON value. */
  HostileToken claim(String name, String json) {
    claims.put(name, json);
    return this;
  }

  HostileToken without(String claim) {
    claims.remove(claim);
    return this;
  }

  /** Sets a claim to a time, so many seconds from now. */
  HostileToken in(String claim, long seconds) {
    return claim(claim, Long.toString(Instant.now().getEpochSecond() + seconds));
  }

  HostileToken payload(byte... bytes) {
    payload = bytes;
    return this;
  }

  HostileToken payload(String text) {
    return payload(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The claims as a JSON object. */
  String json() {
    StringJoiner object = new StringJoiner(",", "{", "}");
    claims.forEach((claim, json) -> object.add('"' + claim + "\":" + json));
    return object.toString();
  }

  // --- how it is written ------------------------------------------------------------------------

  /** Changes the base64 of the header before it is signed. */
  HostileToken writingHeader(UnaryOperator<String> change) {
    writtenHeader = change;
    return this;
  }

  /** Changes the base64 of the payload before it is signed. */
  HostileToken writingPayload(UnaryOperator<String> change) {
    writtenPayload = change;
    return this;
  }

  /** What is signed: header and payload. */
  String content() {
    byte[] claimed = payload == null ? json().getBytes(StandardCharsets.UTF_8) : payload;
    return writtenHeader.apply(base64(header)) + '.' + writtenPayload.apply(base64(claimed));
  }

  String text() {
    return signed(content());
  }

  /** The token with its signature in another form. */
  String signature(UnaryOperator<String> change) {
    String[] parts = text().split("\\.", -1);
    return parts[0] + '.' + parts[1] + '.' + change.apply(parts[2]);
  }

  /** The token with an empty signature. */
  String unsigned() {
    return content() + '.';
  }

  /** Any text, with its signature behind it. */
  String signed(String content) {
    try {
      return content + '.' + base64(signer.sign(content.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
