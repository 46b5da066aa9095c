package io.drawbridge.auth.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.admission.Handshakes;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What lies where under /eventbus")
final class SockJsTest {

  private static Handshakes request(String target) {
    return Handshakes.valid().target(target).without("Upgrade");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/eventbus/000/abc/websocket",
        "/eventbus/1/2/websocket",
        "/eventbus/000/abc/websocket?t=1",
        "http://localhost:8888/eventbus/000/abc/websocket"
      })
  void aTransportOfSockJs(String target) {
    assertThat(SockJs.isTransport(Handshakes.valid().target(target).handshake())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/eventbus",
        "/eventbus/websocket",
        "/eventbus/abc/websocket",
        "/eventbus//abc/websocket",
        "/eventbus/000//websocket",
        "/eventbus/0.0/abc/websocket",
        "/eventbus/000/a.c/websocket",
        "/eventbus/000/abc/websocket/",
        "/eventbus/000/abc/xhr",
        "/eventbus/000/abc/def/websocket",
        "/other/000/abc/websocket",
        "/?/eventbus/000/abc/websocket"
      })
  void aPathWithoutSockJs(String target) {
    assertThat(SockJs.isTransport(Handshakes.valid().target(target).handshake())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eventbus/info", "/eventbus/info?t=1700000000000"})
  void theInfoIsForWhoWantsNoWebSocket(String target) {
    assertThat(SockJs.plain(request(target).handshake())).isNotNull();
    assertThat(SockJs.plain(request(target).header("Upgrade", "h2c").handshake())).isNotNull();
    assertThat(SockJs.plain(request(target).header("Upgrade", "WebSocket").handshake())).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "POST", "PUT", "DELETE", "get"})
  void theInfoHasNoOtherMethod(String method) {
    assertThat(SockJs.plain(request("/eventbus/info").method(method).handshake())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/info",
        "/eventbus",
        "/eventbus/",
        "/eventbus/info/",
        "/eventbus/Info",
        "/eventbus/websocket",
        "/eventbus/000/abc/websocket",
        "/eventbus/000/abc/other"
      })
  void allElseIsForWebSockets(String target) {
    assertThat(SockJs.plain(request(target).handshake())).isNull();
  }

  @Test
  void everyInfoHasAnotherEntropy() {
    var request = request("/eventbus/info").handshake();

    assertThat(SockJs.plain(request)).isNotEqualTo(SockJs.plain(request));
  }
}
