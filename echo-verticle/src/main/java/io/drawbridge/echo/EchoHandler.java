package io.drawbridge.echo;

import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.wire.Payload;
import java.nio.charset.StandardCharsets;

/**
 * Answers each text message with the same behind a prefix, each binary message with the same. Has
 * no state: one serves all connections.
 */
final class EchoHandler implements MessageHandler {
  private final byte[] prefix;

  EchoHandler(String prefix) {
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
  }

  /** All connections of one address share its permits. */
  @Override
  public void opened(Connection connection) {
    connection.limitBy("ip:" + connection.peer().address());
  }

  @Override
  public void text(Connection connection, Payload payload) {
    connection.sendText(prefix, payload);
  }

  @Override
  public void binary(Connection connection, Payload payload) {
    connection.sendBinary(payload);
  }
}
