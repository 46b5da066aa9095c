package io.drawbridge.auth.bridge;

import io.drawbridge.connection.Connection;
import io.drawbridge.connection.SharedText;
import io.vertx.core.json.JsonObject;

/**
 * Where a session's envelopes go: its connection, in frames of the kind that its client sent last.
 */
final class Sink {
  private final Connection connection;
  private final Turn turn;
  private final Turn.Gathering gathering;
  private boolean binary;

  Sink(Connection connection, Turn turn) {
    this.connection = connection;
    this.turn = turn;
    this.gathering = new Turn.Gathering(connection);
  }

  /** From now on, in frames of this kind. */
  void mirror(boolean binary) {
    this.binary = binary;
  }

  void send(JsonObject envelope) {
    send(envelope.encode());
  }

  void send(String envelope) {
    if (connection.gather(envelope, binary)) {
      turn.add(gathering);
    }
  }

  /** One that was encoded for many. */
  void send(SharedText envelope) {
    if (connection.gather(envelope, binary)) {
      turn.add(gathering);
    }
  }

  /** Answers a ping, where the client knows the answer. */
  void pong() {
    if (Bridge.answersPings(connection)) {
      send(Bridge.PONG);
    }
  }

  /** Whether it is better to give to this session than to another. */
  boolean takesMore() {
    return connection.isOpen() && !connection.isBehind();
  }
}
