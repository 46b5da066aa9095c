package io.drawbridge.auth.session;

import io.drawbridge.guard.ErrorKind;

/** Whether a session may begin, or go on with another token. */
public sealed interface SessionVerdict {

  /**
   * It may.
   *
   * @param session as it is from now on
   */
  record Opened(Session session) implements SessionVerdict {}

  /**
   * It may not, and nothing has changed.
   *
   * @param kind {@code INVALID_TOKEN} for a token that was revoked or is another user's, {@code
   *     CONNECTION_LIMIT} where the user has too many sessions, {@code SESSION_REVOKED} where it
   *     was ended meanwhile
   * @param why for the log
   */
  record Refused(ErrorKind kind, String why) implements SessionVerdict {}
}
