package io.drawbridge.auth.session;

import org.jspecify.annotations.Nullable;

/**
 * Which sessions are meant: those that fit everything that is not null.
 *
 * @param jti of the token that the session has now
 */
record SessionFilter(@Nullable String user, @Nullable String session, @Nullable String jti) {

  boolean fits(Session each) {
    return (user == null || user.equals(each.user()))
        && (session == null || session.equals(each.id()))
        && (jti == null || jti.equals(each.claims().jti()));
  }

  /** How many things it asks for. */
  int size() {
    return (user == null ? 0 : 1) + (session == null ? 0 : 1) + (jti == null ? 0 : 1);
  }
}
