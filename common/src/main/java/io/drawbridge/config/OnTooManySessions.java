package io.drawbridge.config;

/** What happens when a user opens one session more than {@code auth.sessionsPerUser}. */
public enum OnTooManySessions {
  /** The user's oldest session is closed. */
  REPLACE_OLDEST,
  /** The new session is refused. */
  REFUSE
}
