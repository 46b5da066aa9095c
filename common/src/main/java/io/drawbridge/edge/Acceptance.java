package io.drawbridge.edge;

import io.drawbridge.admission.Verdict;
import io.drawbridge.connection.MessageHandler;
import org.jspecify.annotations.Nullable;

/** What an {@link Acceptor} says of a handshake. */
public sealed interface Acceptance {

  /**
   * It becomes a connection.
   *
   * @param handler of its messages
   * @param subprotocol the one of the client's that the answer selects (RFC 6455 §4.2.2); null for
   *     none
   * @param unused called instead of the handler where the client is gone before the connection
   *     opens
   */
  record Accepted(MessageHandler handler, @Nullable String subprotocol, Runnable unused)
      implements Acceptance {}

  /**
   * It is answered with an HTTP status.
   *
   * @param why for the log alone
   * @param user whose token it showed, where that was verified
   */
  record Refused(Verdict.Refused verdict, @Nullable String why, @Nullable String user)
      implements Acceptance {}

  /** Accepts without a subprotocol. */
  static Accepted accepted(MessageHandler handler) {
    return new Accepted(handler, null, () -> {});
  }
}
