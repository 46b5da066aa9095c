package io.drawbridge.auth.token;

/** Why a token, or a key, is not believed; thrown where reading it ends. */
final class BadToken extends RuntimeException {

  /**
   * @param why names the check that failed, in our own words and never in those of the token
   */
  BadToken(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
