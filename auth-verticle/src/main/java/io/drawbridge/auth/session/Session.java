package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import java.time.Instant;

/**
 * An authenticated connection.
 *
 * @param id unguessable; what errors and services know it by
 * @param claims of the token that it has now; a refresh brings others of the same user
 * @param node where it is
 * @param peer the client's IP address
 * @param since when it was opened
 */
public record Session(String id, Claims claims, String node, String peer, Instant since) {

  public String user() {
    return claims.user();
  }

  /** When its token ends; {@link Instant#MAX} when it does not. */
  public Instant expiresAt() {
    return claims.expiresAt();
  }

  /** The same session with another token. */
  public Session with(Claims fresh) {
    return new Session(id, fresh, node, peer, since);
  }

  /** The same session, whose client has come back from this address. */
  public Session at(String address) {
    return new Session(id, claims, node, address, since);
  }
}
