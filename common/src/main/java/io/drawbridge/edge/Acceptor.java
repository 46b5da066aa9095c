package io.drawbridge.edge;

import io.drawbridge.admission.Handshake;
import io.drawbridge.guard.Guard;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The last step of admission, and the one that may take time: who is it, and who handles its
 * messages? Asked once for each handshake that nothing else speaks against.
 */
@FunctionalInterface
public interface Acceptor {

  /**
   * Completes on the event loop that it is called on; at once where the answer is known, which
   * saves the rest of the server a wait. A failure is answered as an internal error.
   *
   * @param guard of the edge, to report to
   */
  Future<Acceptance> accept(Handshake handshake, Guard guard);

  /**
   * The answer to a request that need not be a WebSocket handshake, but passes the other checks of
   * admission; null where it must be one. Decides only.
   */
  default @Nullable PlainAnswer plain(Handshake request) {
    return null;
  }
}
