package io.drawbridge.connection;

import io.drawbridge.guard.Notice;
import io.drawbridge.wire.Payload;

/**
 * What a server does with one connection's messages. All methods are called on the connection's
 * event loop, in order; a {@link Payload} is valid only during the call. One that throws closes the
 * connection as an internal error.
 */
public interface MessageHandler {

  /** How the connection's text messages are written; asked once, before it opens. */
  default Framing framing() {
    return Framing.NONE;
  }

  /** The handshake is done. */
  default void opened(Connection connection) {}

  /** A text message; its bytes were checked to be UTF-8. */
  void text(Connection connection, Payload payload);

  void binary(Connection connection, Payload payload);

  /** The time that was set with {@link Connection#wakeAt} has come. */
  default void wake(Connection connection) {}

  /** Tells the client of an error after which the connection goes on. */
  default void tell(Connection connection, Notice notice) {
    connection.sendText(notice.line());
  }

  /** What is still open with the client, which is about to be sent away. */
  default Debt debt(Connection connection) {
    return Debt.NONE;
  }

  /** What two owe each other. */
  enum Debt {
    NONE,
    /** We have taken requests that are not answered yet. */
    OURS,
    /** The client has taken requests that it has not answered yet, so it is still read. */
    THEIRS
  }

  /** No message goes either way any more; called once. */
  default void closed(Connection connection) {}
}
