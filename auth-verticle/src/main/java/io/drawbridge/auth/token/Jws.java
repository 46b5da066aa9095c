package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token taken apart (RFC 7515 §7.1), with a header that RFC 8725 lets stand; nothing of it is
 * verified yet. Where keys could be had ({@code jku}, {@code x5u}, {@code jwk}, {@code x5c}) is not
 * looked at.
 *
 * @param keyId the header's {@code kid}; null where it has none
 * @param content what was signed
 */
record Jws(
    Algorithm algorithm, @Nullable String keyId, byte[] content, byte[] payload, byte[] signature) {

  private static final int LONGEST_KEY_ID = 256;

  /** RFC 8725 §3.11: other kinds of JWT are for other purposes. */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

  private static final String MEDIA_TYPE = "application/";

  /**
   * @param allowed the only algorithms that the header may name
   * @throws BadToken where it is none
   */
  static Jws parse(String token, Set<Algorithm> allowed) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second <= first + 1 || token.indexOf('.', second + 1) >= 0) {
      throw new BadToken("no compact JWS");
    }
    JsonNode header = StrictJson.object(part(token, 0, first), "header");
    Algorithm algorithm = Algorithm.named(header.path("alg").asText(""));
    if (!header.path("alg").isTextual() || algorithm == null || !allowed.contains(algorithm)) {
      throw new BadToken("algorithm not allowed");
    }
    check(header);
    return new Jws(
        algorithm,
        keyId(header),
        token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
        part(token, first + 1, second),
        part(token, second + 1, token.length()));
  }

  private static byte[] part(String token, int from, int to) {
    byte[] bytes = Base64Url.decode(token.substring(from, to));
    if (bytes == null || bytes.length == 0) {
      throw new BadToken("no compact JWS");
    }
    return bytes;
  }

  private static void check(JsonNode header) {
    // RFC 7515 §4.1.11: what is critical must be understood, and nothing is.
    if (header.has("crit")) {
      throw new BadToken("critical header");
    }
    // RFC 7797: the payload would mean something else.
    if (header.has("b64")) {
      throw new BadToken("header b64");
    }
    if (header.has("typ") && !isType(header.path("typ"))) {
      throw new BadToken("typ of another kind of token");
    }
  }

  private static boolean isType(JsonNode node) {
    String type = node.isTextual() ? node.textValue().toLowerCase(Locale.ROOT) : "";
    return TYPES.contains(type.startsWith(MEDIA_TYPE) ? type.substring(MEDIA_TYPE.length()) : type);
  }

  private static @Nullable String keyId(JsonNode header) {
    if (!header.has("kid")) {
      return null;
    }
    JsonNode keyId = header.path("kid");
    if (!keyId.isTextual() || keyId.textValue().length() > LONGEST_KEY_ID) {
      throw new BadToken("kid is no text, or too long");
    }
    return keyId.textValue();
  }
}
