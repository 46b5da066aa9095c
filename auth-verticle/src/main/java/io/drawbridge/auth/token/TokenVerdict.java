package io.drawbridge.auth.token;

import io.drawbridge.guard.ErrorKind;

/** What was found of a token. */
public sealed interface TokenVerdict {

  /**
   * It is good.
   *
   * @param claims what it says of its bearer
   */
  record Valid(Claims claims) implements TokenVerdict {}

  /** It lets nobody in. */
  sealed interface Refused extends TokenVerdict {

    /** What its bearer is told. */
    ErrorKind kind();

    /** For the log alone: which check failed, and which token by its fingerprint. */
    String why();
  }

  /** It was good, but its time is over. */
  record Expired(String why) implements Refused {

    @Override
    public ErrorKind kind() {
      return ErrorKind.TOKEN_EXPIRED;
    }
  }

  /** It is not to be believed. */
  record Invalid(String why) implements Refused {

    @Override
    public ErrorKind kind() {
      return ErrorKind.INVALID_TOKEN;
    }
  }

  /**
   * It can't be told now, and may be later: too many are being verified, or the issuer's keys have
   * not come yet. Nothing that its bearer did wrong.
   */
  record Undecided(String why) implements Refused {

    @Override
    public ErrorKind kind() {
      return ErrorKind.INTERNAL_ERROR;
    }
  }
}
