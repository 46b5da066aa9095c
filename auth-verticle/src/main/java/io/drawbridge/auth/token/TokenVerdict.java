package io.drawbridge.auth.token;

/** What was found of a token. */
public sealed interface TokenVerdict {

  /**
   * It is good.
   *
   * @param claims what it says of its bearer
   */
  record Valid(Claims claims) implements TokenVerdict {}

  /** It was good, but its time is over. */
  record Expired(String why) implements TokenVerdict {}

  /**
   * It is not to be believed.
   *
   * @param why for the log alone: which check failed, and which token by its fingerprint
   */
  record Invalid(String why) implements TokenVerdict {}

  /**
   * It can't be told now, and may be later: too many are being verified, or the issuer's keys have
   * not come yet. Nothing that its bearer did wrong.
   */
  record Undecided(String why) implements TokenVerdict {}
}
