package io.drawbridge.edge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An opening handshake for tests: a valid one (RFC 6455 §1.2), unless told to break one thing. */
public final class HandshakeText {
  /** The key of RFC 6455's own example, and the answer that the RFC gives to it (§1.3). */
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private String method = "GET";
  private String target = "/";
  private String version = "HTTP/1.1";
  private final List<String> headers =
      new ArrayList<>(
          List.of(
              "Host: localhost",
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Key: " + KEY,
              "Sec-WebSocket-Version: 13"));

  private HandshakeText() {}

  public static HandshakeText valid() {
    return new HandshakeText();
  }

  public HandshakeText method(String other) {
    method = other;
    return this;
  }

  public HandshakeText target(String other) {
    target = other;
    return this;
  }

  public HandshakeText version(String other) {
    version = other;
    return this;
  }

  public HandshakeText without(String name) {
    headers.removeIf(header -> header.startsWith(name + ":"));
    return this;
  }

  /** Adds a header, whether there is one of this name or not. */
  public HandshakeText plus(String name, String value) {
    headers.add(name + ": " + value);
    return this;
  }

  /** Adds a line as it is, a header or not. */
  public HandshakeText plusLine(String line) {
    headers.add(line);
    return this;
  }

  /** Replaces a header. */
  public HandshakeText with(String name, String value) {
    return without(name).plus(name, value);
  }

  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return method
        + ' '
        + target
        + ' '
        + version
        + "\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }
}
