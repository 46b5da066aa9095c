package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("SockJS on its WebSocket transport (contract, section 1)")
@ExtendWith(LeakCheck.class)
final class SockJsHandlerTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String AUTHENTICATED = "a[\"Authenticated!\"]";

  @RegisterExtension final AuthGateway server = new AuthGateway();

  private static HandshakeText handshake() {
    return HandshakeText.valid().target("/eventbus/000/abcdefgh/websocket");
  }

  private WsConversation open() {
    return server.gateway().open(handshake()).expect("o");
  }

  private WsConversation authenticated() {
    return send(open(), Tokens.good().text()).expect(AUTHENTICATED);
  }

  private static WsConversation send(WsConversation client, String text) {
    return client.send(new JsonArray().add(text).encode());
  }

  private static WsConversation send(WsConversation client, JsonObject envelope) {
    return send(client, envelope.encode());
  }

  private static JsonObject request(String address) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("replyAddress", "r")
        .put("body", "hi");
  }

  /** The one message of the next frame. */
  private static String message(WsConversation client) {
    String frame = client.text();
    assertThat(frame).startsWith("a[");
    JsonArray messages = new JsonArray(frame.substring(1));
    assertThat(messages).hasSize(1);
    return messages.getString(0);
  }

  private static JsonObject envelope(WsConversation client) {
    return new JsonObject(message(client));
  }

  /** A close as SockJS has it, and the Close frame behind it with the same words. */
  private void expectEnd(WsConversation client, int code, String kind) {
    String frame = client.text();
    assertThat(frame).startsWith("c[");
    JsonArray close = new JsonArray(frame.substring(1));
    assertThat(close).hasSize(2);
    assertThat(close.getInteger(0)).isEqualTo(code);
    client.expectClose(code, kind);
    assertThat(close.getString(1)).startsWith(kind).endsWith("[ref " + client.ref() + "]");
    JsonObject event = server.logged(client.ref(), kind);
    assertThat(event.getInteger("closeCode")).isEqualTo(code);
  }

  // --- what goes well ---------------------------------------------------------------------------

  @Test
  void framesAllThatTheServerSays() {
    server.start("");
    WsConversation client = authenticated();

    send(client, request("nobody"));

    JsonObject err = envelope(client);
    assertThat(err.getString("address")).isEqualTo("r");
    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
    client.bye();
  }

  @Test
  void takesABareStringAndIgnoresFramesWithoutAMessage() {
    server.start("");

    open()
        .send("")
        .send("[]")
        .send('"' + Tokens.good().text() + '"')
        .expect(AUTHENTICATED)
        .send("[]")
        .bye();
  }

  @Test
  @DisplayName("the client of Vert.x pings, and would log a warning of each answer")
  void answersNoPings() {
    server.start("");
    WsConversation client = send(open(), PING);
    send(client, "{ \"type\" : \"ping\" }");
    send(client, Tokens.good().text()).expect(AUTHENTICATED);

    send(send(client, PING), request("nobody"));

    assertThat(envelope(client).getString("type")).isEqualTo("err");
    client.bye();
  }

  @Test
  void opensWithATokenOfTheHandshake() {
    server.start("");
    String token = Tokens.good().text();
    WsConversation byHeader =
        server.gateway().open(handshake().plus("Authorization", "Bearer " + token)).expect("o");
    WsConversation byList =
        server
            .gateway()
            .connect()
            .raw(handshake().plus("Sec-WebSocket-Protocol", "drawbridge, bearer." + token).bytes())
            .expectUpgrade("", "drawbridge")
            .expect("o");

    assertThat(envelope(send(byHeader, request("nobody"))).getString("address")).isEqualTo("r");
    assertThat(envelope(send(byList, request("nobody"))).getString("address")).isEqualTo("r");
  }

  @Test
  void bothFormsHearOnePublish() {
    server.start("bridge: {outbound: [{address: news}]}");
    JsonObject register = new JsonObject().put("type", "register").put("address", "news");
    WsConversation plain = server.open().send(Tokens.good().text()).expect("Authenticated!");
    WsConversation one = authenticated();
    WsConversation two = authenticated();
    plain.send(register.encode()).send(PING).expect(PING.replace("ping", "pong"));
    send(send(one, register), request("nobody"));
    send(send(two, register), request("nobody"));
    envelope(one);
    envelope(two);
    JsonObject body = new JsonObject().put("text", "Grüße \"aus\" 世界\n🌉");

    server.gateway().vertx().eventBus().publish("news", body);
    server.gateway().vertx().eventBus().publish("news", 2);

    String rec = new JsonObject().put("type", "rec").put("address", "news").encode();
    for (WsConversation client : new WsConversation[] {one, two}) {
      assertThat(envelope(client)).isEqualTo(new JsonObject(rec).put("body", body));
      assertThat(envelope(client)).isEqualTo(new JsonObject(rec).put("body", 2));
    }
    assertThat(new JsonObject(plain.text())).isEqualTo(new JsonObject(rec).put("body", body));
    assertThat(new JsonObject(plain.text())).isEqualTo(new JsonObject(rec).put("body", 2));
  }

  @Test
  void beatsWithEachPing() {
    server.start("limits: {ping: 200ms, pong: 5s}");

    open().expectPing().expect("h");
  }

  @Test
  void withoutSockJsIsThePathForRawClients() {
    server.start("");

    server
        .gateway()
        .open(HandshakeText.valid().target("/eventbus/websocket"))
        .send(Tokens.good().text())
        .expect("Authenticated!")
        .send(PING)
        .expect(PING.replace("ping", "pong"))
        .bye();
  }

  // --- what does not ----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "hi                  | 1002 | PROTOCOL_ERROR",
        "[\"hi               | 1002 | PROTOCOL_ERROR",
        "{\"type\":\"ping\"} | 1002 | PROTOCOL_ERROR",
        "[\"a\",\"b\"]       | 1002 | PROTOCOL_ERROR",
        "[\"\\ud83c\"]       | 1007 | INVALID_UTF8"
      })
  void whatIsNoFrameEndsTheConnection(String frame, int code, String kind) {
    server.start("");

    expectEnd(open().send(frame), code, kind);
    expectEnd(authenticated().send(frame), code, kind);
  }

  @Test
  void aBinaryMessageEndsTheConnection() {
    server.start("");

    expectEnd(authenticated().sendBinary((byte) '[', (byte) ']'), 1003, "UNSUPPORTED_DATA");
  }

  @Test
  void aBadTokenIsToldAsAMessageBeforeTheEnd() {
    server.start("");

    expectEnd(send(open(), "junk").expect("a[\"Invalid Token\"]"), 3000, "INVALID_TOKEN");
  }

  @Test
  void noTokenInTimeEndsTheConnection() {
    server.start("auth: {timeout: 200ms}");

    expectEnd(send(open(), PING), 3008, "AUTH_TIMEOUT");
  }

  @Test
  void aViolationOfTheWireEndsTheConnection() {
    server.start("");

    expectEnd(
        authenticated()
            .raw(ClientFrames.frame(true, 0, Opcode.TEXT, (byte) '"', (byte) 0xC0, (byte) '"')),
        1007,
        "INVALID_UTF8");
  }

  @Test
  void theLimitOfAMessageIsThatOfItsFrame() {
    server.start("limits: {messageSize: 4KiB, frameSize: 4KiB}");
    WsConversation client = authenticated();

    send(client, "x".repeat(4092));
    assertThat(envelope(client).getString("body")).isEqualTo("invalid_json");
    expectEnd(send(client, "x".repeat(4093)), 1009, "MESSAGE_TOO_BIG");
  }

  @Test
  void aLimitIsToldInAFrame() {
    server.start("limits: {messages: 2/s, onLimit: reject}");
    WsConversation client = authenticated();

    for (int i = 0; i < 3; i++) {
      send(client, PING);
    }

    assertThat(envelope(client).getString("failureType")).isEqualTo("RATE_LIMITED");
  }

  @Test
  void beforeATokenALimitIsToldAsALine() {
    server.start("limits: {messages: 2/s, onLimit: reject}");
    WsConversation client = open();

    for (int i = 0; i < 3; i++) {
      send(client, PING);
    }

    assertThat(message(client)).startsWith("Error: ");
  }

  @Test
  void aDrainIsToldAsAClose() {
    server.start("drain: {over: 100ms}");
    WsConversation client = authenticated();

    var stopped = server.gateway().stop();

    expectEnd(client, 1012, "SHUTTING_DOWN");
    client.close();
    TestGateway.done(stopped);
  }
}
