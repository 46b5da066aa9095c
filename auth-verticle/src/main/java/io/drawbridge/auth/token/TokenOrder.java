package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a token to be issued shall say. Throws {@link IllegalArgumentException} for what no server
 * takes.
 *
 * @param user its {@code user_id}: as {@link TokenVerifier} takes it
 * @param ttl how long it lives; at least a second, since that is what {@code exp} counts
 * @param scope what it may do, separated by blanks (RFC 8693 §4.2); empty for nothing
 * @param permissions what else it may do; empty for nothing
 * @param email of the user; null for none
 * @param jti the token's own id, by which it can be revoked; null for none
 * @param issuer its {@code iss}; null for that of the settings
 * @param audience its {@code aud}; empty for the first of the settings
 * @param startsIn how long until it is valid ({@code nbf}); zero for at once
 */
public record TokenOrder(
    String user,
    Duration ttl,
    String scope,
    List<String> permissions,
    @Nullable String email,
    @Nullable String jti,
    @Nullable String issuer,
    List<String> audience,
    Duration startsIn) {
  private static final int LONGEST = 256;
  private static final String VISIBLE =
      "1 to 256 characters that can be seen, in their normal form (NFC)";
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  public TokenOrder {
    permissions = List.copyOf(permissions);
    audience = List.copyOf(audience);
    // What the verifier itself says of it.
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    check(claims.put(TokenVerifier.USER, user), Bearer::user, "user must be " + VISIBLE);
    check(claims.put("scope", scope), Bearer::rights, "scope must be words of ASCII, with blanks");
    permissions.forEach(claims.putArray("permissions")::add);
    check(claims, Bearer::rights, "permissions must be at most 256, each " + VISIBLE);
    if (email != null) {
      check(
          claims.put("email", email),
          Bearer::email,
          "email must be an e-mail address such as ada@example.com");
    }
    if (jti != null) {
      check(claims.put("jti", jti), Bearer::tokenId, "jti must be " + VISIBLE);
    }
    // A token that is over before it starts is one, too.
    if (ttl.compareTo(SHORTEST) < 0 || startsIn.isNegative() || ttl.compareTo(startsIn) <= 0) {
      throw new IllegalArgumentException("ttl must be at least 1s, and longer than not-before");
    }
    audience.forEach(each -> named("audience", each));
    if (issuer != null) {
      named("issuer", issuer);
    }
  }

  /** A token for this user, with an id of its own, and nothing else. */
  public static TokenOrder of(String user, Duration ttl) {
    String jti = UUID.randomUUID().toString();
    return new TokenOrder(user, ttl, "", List.of(), null, jti, null, List.of(), Duration.ZERO);
  }

  private static void check(JsonNode claims, Consumer<JsonNode> reader, String otherwise) {
    try {
      reader.accept(claims);
    } catch (BadToken bad) {
      throw new IllegalArgumentException(otherwise, bad);
    }
  }

  private static void named(String what, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(what + " must have at most " + LONGEST + " characters");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(what + " must not have control characters");
    }
  }
}
