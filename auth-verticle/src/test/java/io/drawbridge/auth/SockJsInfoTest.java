package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.LeakCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("GET /eventbus/info (contract, section 1)")
@ExtendWith(LeakCheck.class)
final class SockJsInfoTest {
  private static final String PAGE = "http://localhost:3000";

  @RegisterExtension final AuthGateway server = new AuthGateway();

  private static HandshakeText request(String method, String target) {
    return HandshakeText.valid()
        .method(method)
        .target(target)
        .without("Upgrade")
        .without("Connection")
        .without("Sec-WebSocket-Key")
        .without("Sec-WebSocket-Version");
  }

  private static HandshakeText info() {
    return request("GET", "/eventbus/info?t=1");
  }

  /** Every answer is the last of its connection. */
  private HttpAnswer asked(HandshakeText request) {
    return server.refused(request);
  }

  @Test
  void sendsClientsToTheWebSocketTransport() {
    server.start("");

    HttpAnswer answer = asked(info());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json; charset=UTF-8");
    assertThat(answer.header("Cache-Control")).contains("no-store", "no-cache");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    assertThat(answer.header("Vary")).isEqualTo("Origin");
    JsonObject body = new JsonObject(answer.body());
    assertThat(body.fieldNames())
        .containsExactly("websocket", "origins", "cookie_needed", "entropy");
    assertThat(body.getBoolean("websocket")).isTrue();
    assertThat(body.getJsonArray("origins")).isEqualTo(new JsonArray().add("*:*"));
    assertThat(body.getBoolean("cookie_needed")).isFalse();
    assertThat(body.getLong("entropy")).isBetween(0L, 0xFFFFFFFFL);
    assertThat(server.gateway().errors().text()).isEmpty();
    assertThat(
            server.gateway().counted("drawbridge.handshakes", "edge", "auth", "outcome", "PLAIN"))
        .isEqualTo(1);
  }

  @Test
  void mayBeReadByPagesOfAllowedOrigins() {
    server.start("");

    HttpAnswer answer = asked(info().plus("Origin", PAGE));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(answer.header("Vary")).isEqualTo("Origin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0001b", "\u00fc", "a b"})
  void tellsNoOriginThatCanBeNone(String origin) {
    server.start("firewall: {origins: ['*']}");

    HttpAnswer answer = asked(info().plus("Origin", origin));

    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    assertThat(answer.status()).isIn(200, 400);
  }

  @Test
  void answersAPreflight() {
    server.start("");

    HttpAnswer answer =
        asked(
            request("OPTIONS", "/eventbus/info")
                .plus("Origin", PAGE)
                .plus("Access-Control-Request-Method", "GET"));

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET, OPTIONS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "OPTIONS"})
  void isNotForOtherOrigins(String method) {
    server.start("");

    HttpAnswer answer =
        asked(request(method, "/eventbus/info").plus("Origin", "https://evil.example"));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.kind()).isEqualTo("ORIGIN_DENIED");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    server.logged(answer.ref(), "ORIGIN_DENIED");
  }

  @Test
  void isNotForAddressesThatAreDenied() {
    server.start("firewall: {deny: [127.0.0.0/8]}");

    HttpAnswer answer = asked(info());

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.kind()).isEqualTo("ADDRESS_DENIED");
  }

  @Test
  void isNotForWhoIsBanned() {
    server.start("");
    server.gateway().bans("ban", "ip:127.0.0.1");
    server
        .gateway()
        .awaitTrue("the ban is known", () -> asked(info()).statusLine().contains(" 403 "));

    assertThat(asked(info()).kind()).isEqualTo("BANNED");
  }

  @Test
  void countsAsANewConnectionAndAsNoOpenOne() {
    server.start("limits: {connectRate: 1/m, connectBurst: 2, connectionsPerAddress: 1}");
    server.open();

    assertThat(asked(info()).status()).isEqualTo(200);
    assertThat(asked(info()).kind()).isEqualTo("CONNECTION_RATE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "POST", "DELETE"})
  void hasNoOtherMethod(String method) {
    server.start("");

    HttpAnswer answer = asked(request(method, "/eventbus/info"));

    assertThat(answer.status()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /eventbus/000/abc/xhr",
        "POST /eventbus/000/abc/xhr_send",
        "POST /eventbus/000/abc/xhr_streaming",
        "GET /eventbus/000/abc/eventsource",
        "GET /eventbus/000/abc/htmlfile",
        "GET /eventbus/000/abc/jsonp?c=x",
        "POST /eventbus/000/abc/jsonp_send",
        "GET /eventbus/iframe.html",
        "GET /eventbus/iframe-0.3.3.html"
      })
  @DisplayName("the other transports are not here, and a client that tries them all is not struck")
  void noOtherTransport(String line) {
    server.start("firewall: {strikes: 1}");
    String[] words = line.split(" ", -1);

    HttpAnswer answer = asked(request(words[0], words[1]));

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("websocket");
    assertThat(server.gateway().errors().text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eventbus", "/eventbus/websocket", "/eventbus/000/abc/websocket"})
  void aWebSocketNeedsAnUpgrade(String target) {
    server.start("");

    HttpAnswer answer = asked(request("GET", target));

    assertThat(answer.status()).isEqualTo(426);
    assertThat(answer.kind()).isEqualTo("BAD_HANDSHAKE");
  }

  @Test
  void anUpgradeAtItsPathIsAWebSocketAsAtAnyOther() {
    server.start("");

    server
        .gateway()
        .open(HandshakeText.valid().target("/eventbus/info"))
        .send(Tokens.good().text())
        .expect("Authenticated!")
        .bye();
  }
}
