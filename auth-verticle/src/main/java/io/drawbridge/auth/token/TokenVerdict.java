package io.drawbridge.auth.token;

import java.time.Instant;

/** What was found of a token. */
public sealed interface TokenVerdict {

  /**
   * It is good.
   *
   * @param user the {@code user_id} claim, as text
   * @param expiresAt when it ends; {@link Instant#MAX} when it does not
   */
  record Valid(String user, Instant expiresAt) implements TokenVerdict {}

  /** It was good, but its time is over. */
  record Expired(String why) implements TokenVerdict {}

  /**
   * It is not to be believed.
   *
   * @param why for the log alone: which check failed, and which token by its fingerprint
   */
  record Invalid(String why) implements TokenVerdict {}
}
