package io.drawbridge.auth.session;

import io.drawbridge.guard.ErrorKind;
import org.jspecify.annotations.Nullable;

/** How a session is ended by somebody else than its own connection. */
@FunctionalInterface
public interface SessionHandle {

  /**
   * Ends it. Called from any thread; returns at once, and the end comes on the session's own event
   * loop.
   *
   * @param detail for the error log
   */
  void end(ErrorKind kind, @Nullable String detail);
}
