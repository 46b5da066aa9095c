package io.drawbridge.admission;

import io.vertx.core.MultiMap;
import java.util.List;

/** One valid handshake, that of RFC 6455 §1.2, and ways to change one thing in it. */
public record Handshakes(Handshake handshake) {

  public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  public static Handshakes valid() {
    return new Handshakes(
        new Handshake(
            true,
            "GET",
            true,
            "/chat?room=1",
            MultiMap.caseInsensitiveMultiMap()
                .add("Host", "server.example.com")
                .add("Upgrade", "websocket")
                .add("Connection", "Upgrade")
                .add("Sec-WebSocket-Key", KEY)
                .add("Sec-WebSocket-Version", "13"),
            "192.0.2.1"));
  }

  public Handshakes malformed() {
    return with(false, handshake.method(), handshake.http11(), handshake.target());
  }

  public Handshakes method(String method) {
    return with(handshake.wellFormed(), method, handshake.http11(), handshake.target());
  }

  public Handshakes http10() {
    return with(handshake.wellFormed(), handshake.method(), false, handshake.target());
  }

  public Handshakes target(String target) {
    return with(handshake.wellFormed(), handshake.method(), handshake.http11(), target);
  }

  public Handshakes from(String peer) {
    return new Handshakes(
        new Handshake(
            handshake.wellFormed(),
            handshake.method(),
            handshake.http11(),
            handshake.target(),
            handshake.headers(),
            peer));
  }

  /** A header on so many lines, in place of what was there. */
  public Handshakes header(String name, String... lines) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(handshake.headers());
    headers.remove(name);
    List.of(lines).forEach(line -> headers.add(name, line));
    return new Handshakes(
        new Handshake(
            handshake.wellFormed(),
            handshake.method(),
            handshake.http11(),
            handshake.target(),
            headers,
            handshake.peer()));
  }

  public Handshakes without(String name) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(handshake.headers());
    headers.remove(name);
    return new Handshakes(
        new Handshake(
            handshake.wellFormed(),
            handshake.method(),
            handshake.http11(),
            handshake.target(),
            headers,
            handshake.peer()));
  }

  private Handshakes with(boolean wellFormed, String method, boolean http11, String target) {
    return new Handshakes(
        new Handshake(wellFormed, method, http11, target, handshake.headers(), handshake.peer()));
  }
}
