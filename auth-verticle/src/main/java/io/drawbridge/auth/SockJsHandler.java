package io.drawbridge.auth;

import io.drawbridge.auth.sockjs.SockJsFraming;
import io.drawbridge.auth.sockjs.SockJsFraming.Received;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.Framing;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.drawbridge.wire.Payload;

/** Takes a client's messages out of the frames of SockJS, and hands them on. */
final class SockJsHandler implements MessageHandler {
  private final AuthHandler handler;

  SockJsHandler(AuthHandler handler) {
    this.handler = handler;
  }

  @Override
  public Framing framing() {
    return SockJsFraming.INSTANCE;
  }

  @Override
  public void text(Connection connection, Payload payload) {
    Received received = SockJsFraming.received(payload.text());
    if (received instanceof Received.Message message) {
      handler.text(connection, message.text());
    } else if (received instanceof Received.Fault fault) {
      connection.close(fault.kind(), fault.why());
    }
  }

  @Override
  public void binary(Connection connection, Payload payload) {
    connection.close(ErrorKind.UNSUPPORTED_DATA, "a binary message in SockJS");
  }

  @Override
  public void opened(Connection connection) {
    handler.opened(connection);
  }

  @Override
  public void wake(Connection connection) {
    handler.wake(connection);
  }

  @Override
  public void tell(Connection connection, Notice notice) {
    handler.tell(connection, notice);
  }

  @Override
  public Debt debt(Connection connection) {
    return handler.debt(connection);
  }

  @Override
  public void closed(Connection connection) {
    handler.closed(connection);
  }
}
