package io.drawbridge.auth.token;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token that was verified says of its bearer (RFC 7519 §4).
 *
 * @param user the {@code user_id}, as text
 * @param rights what it may do: the words of {@code scope} (RFC 8693 §4.2) and the entries of
 *     {@code permissions}
 * @param email checked; null where the token has none
 * @param jti the token's own id; null where it has none
 * @param issuedAt null where the token does not say
 * @param expiresAt when it ends; {@link Instant#MAX} when it does not
 * @param hash SHA-256 of what was signed, 64 hex digits: the same for every way to write the token
 * @param fingerprint for the log: the first 12 hex digits of the SHA-256 of the whole token
 */
public record Claims(
    String user,
    Set<String> rights,
    @Nullable String email,
    @Nullable String jti,
    @Nullable Instant issuedAt,
    Instant expiresAt,
    String hash,
    String fingerprint) {

  public Claims {
    rights = Set.copyOf(rights);
  }
}
