package io.drawbridge.connection;

import org.jspecify.annotations.Nullable;

/**
 * How text messages are written on one connection: as they are, or in the frames of another
 * protocol that the client speaks on top of WebSocket. One serves many connections.
 */
public interface Framing {
  /** Messages are written as they are. */
  Framing NONE = text -> text;

  /** The text that carries this message. */
  String message(String text);

  /** The text that begins the connection; null for none. */
  default @Nullable String opening() {
    return null;
  }

  /** The text that goes with each ping; null for none. */
  default @Nullable String heartbeat() {
    return null;
  }

  /** The text before our Close frame of this code and reason; null for none. */
  default @Nullable String closing(int code, String reason) {
    return null;
  }
}
