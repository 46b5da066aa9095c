package io.drawbridge.echo.conformance;

import io.drawbridge.wire.Deflated;

/** The client's side of what was agreed on: each direction with its context, or without. */
final class Compression {
  private final Deflated kept = new Deflated();
  private final boolean clientTakeover;
  private final boolean serverTakeover;

  /**
   * @param agreed the server's {@code Sec-WebSocket-Extensions}
   */
  Compression(String agreed) {
    clientTakeover = !agreed.contains("client_no_context_takeover");
    serverTakeover = !agreed.contains("server_no_context_takeover");
  }

  byte[] deflated(byte[] message) {
    return clientTakeover ? kept.next(message) : Deflated.of(message);
  }

  byte[] inflated(byte[] payload) {
    return serverTakeover ? kept.read(payload) : Deflated.inflated(payload);
  }
}
