package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes and envelopes that hold a token in a way that must not count (contract, 3.1). */
@DisplayName("A hostile client with a token in a handshake or an envelope")
@ExtendWith(LeakCheck.class)
final class HostileWayFlowsTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @BeforeEach
  void start() {
    Setup.start(gateway, "");
  }

  private static String token() {
    return HostileToken.good().text();
  }

  private static String badToken() {
    return HostileToken.good().signedBy(Keys.theirs()).text();
  }

  @AfterEach
  void theServerServesOthersAndNothingLeakedOut() {
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
    assertThat(gateway.errors().count("INTERNAL_ERROR")).isZero();
    gateway.open().send(token()).expect("Authenticated!").bye();
  }

  // --- in the handshake -------------------------------------------------------------------------

  static Stream<Arguments> badHandshakes() {
    return Stream.of(
        of(
            "Authorization twice",
            auth("Bearer " + token()).plus("Authorization", "Bearer " + token())),
        of(
            "Authorization with a good and a bad one",
            auth("Bearer " + token()).plus("Authorization", "Bearer " + badToken())),
        of("Bearer and nothing", auth("Bearer")),
        of("Bearer and a space", auth("Bearer ")),
        of("Bearer with two tokens", auth("Bearer " + token() + ' ' + token())),
        of("Bearer with a list", auth("Bearer " + token() + ", " + token())),
        of("Bearer twice in one", auth("Bearer Bearer " + token())),
        of("Bearer with quotes", auth("Bearer \"" + token() + '"')),
        of("a token of bytes that are no text", auth("Bearer " + token() + "\u00ff\u00fe")),
        of("bearer. and nothing", protocols("drawbridge, bearer.")),
        of(
            "two tokens as subprotocols",
            protocols("drawbridge, bearer." + token() + ", bearer." + badToken())),
        of("a subprotocol without drawbridge", protocols("bearer." + token())),
        of("a bad subprotocol without drawbridge", protocols("bearer." + badToken())),
        of(
            "a good header and a bad subprotocol",
            auth("Bearer " + token())
                .plus("Sec-WebSocket-Protocol", "drawbridge, bearer." + badToken())),
        of(
            "a bad header and a good subprotocol",
            auth("Bearer " + badToken())
                .plus("Sec-WebSocket-Protocol", "drawbridge, bearer." + token())),
        of(
            "a bad header and a good token in the URL",
            auth("Bearer " + badToken()).target("/?token=" + token())));
  }

  private static Arguments of(String what, HandshakeText handshake) {
    return Arguments.of(what, handshake);
  }

  private static HandshakeText auth(String credentials) {
    return HandshakeText.valid().plus("Authorization", credentials);
  }

  private static HandshakeText protocols(String list) {
    return HandshakeText.valid().plus("Sec-WebSocket-Protocol", list);
  }

  /** 400 where it can't be told which token counts, else 401. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("badHandshakes")
  void bringsNoSingleGoodToken(String what, HandshakeText handshake) {
    HttpAnswer answer = WsConversation.refused(gateway.port(), handshake);

    assertThat(answer.status()).as(what).isIn(400, 401);
    if (answer.status() == 401) {
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }
    assertThat(answer.toString()).doesNotContain("eyJ");
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind"))
        .isEqualTo(answer.status() == 401 ? "INVALID_TOKEN" : "BAD_HANDSHAKE");
    assertThat(event.containsKey("user")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic NDI6c2VjcmV0", "Digest username=\"42\"", "Negotiate AAAA", "x"})
  void bringsCredentialsThatAreNoToken(String credentials) {
    WsConversation client = gateway.open(auth(credentials));

    client.send(PING).expect(PONG).send("{\"type\":\"send\",\"address\":\"echo\"}");

    client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");
    assertThat(gateway.errors().text()).doesNotContain(credentials);
  }

  @Test
  void gluesAGoodTokenToARefusedHandshake() {
    WsConversation client = gateway.connect();

    client.raw(ClientFrames.join(auth("Bearer " + badToken()).bytes(), ClientFrames.text(token())));

    assertThat(client.answer().status()).isEqualTo(401);
    client.expectNoMore();
  }

  @Test
  void triesAgainOnTheSameSocket() {
    WsConversation client = gateway.connect();

    client.raw(
        ClientFrames.join(auth("Bearer " + badToken()).bytes(), auth("Bearer " + token()).bytes()));

    assertThat(client.answer().status()).isEqualTo(401);
    client.expectNoMore();
  }

  @Test
  void leavesBeforeTheVerdictOfItsHandshake() {
    for (int i = 0; i < 30; i++) {
      gateway.connect().raw(auth("Bearer " + (i % 2 == 0 ? token() : badToken())).bytes()).reset();
    }

    gateway.awaitNobody();
  }

  @Test
  void sendsABareTokenBehindAGoodHandshake() {
    WsConversation client = gateway.open(auth("Bearer " + token())).send(token());

    JsonObject err = new JsonObject(client.text());

    assertThat(err.getString("failureType")).isEqualTo("INVALID_MESSAGE");
    assertThat(err.encode()).doesNotContain("eyJ");
    client.send(PING).expect(PONG).bye();
  }

  // --- in an envelope ---------------------------------------------------------------------------

  static Stream<String> badEnvelopes() {
    String good = '"' + token() + '"';
    return Stream.of(
            "{'type':'auth'}",
            "{'type':'auth','token':7}",
            "{'type':'auth','token':null}",
            "{'type':'auth','token':true}",
            "{'type':'auth','token':''}",
            "{'type':'auth','token':[$]}",
            "{'type':'auth','token':{'token':$}}",
            "{'type':'auth','body':{'token':$}}",
            "{'type':'auth','token':'x','token':$}",
            "{'type':'auth','token':$,'token':'x'}",
            "{'type':'auth','token':$,'token':$}",
            "{'type':'auth','token':$} x",
            "{'type':'auth','token':$",
            "{'type':'auth','token':$,}",
            "{'type':['auth'],'token':$}",
            "{'type':'AUTH','token':$}",
            "{'TYPE':'auth','token':$}",
            "{'token':$}",
            "[{'type':'auth','token':$}]",
            "{'type':'ping','type':'auth','token':'x'}",
            "{'type':'send','address':'drawbridge.auth'}",
            "{'type':'send','address':'drawbridge.auth','body':$,'replyAddress':'r'}",
            "{'type':'send','address':'drawbridge.auth','body':[$],'replyAddress':'r'}",
            "{'type':'send','address':'drawbridge.auth','body':null,'replyAddress':'r'}",
            "{'type':'send','address':'drawbridge.auth','body':{'token':[$]},'replyAddress':'r'}",
            "{'type':'send','address':'drawbridge.auth','body':{'token':'x'}}",
            "{'type':'publish','address':'drawbridge.auth','body':{'token':$}}",
            "{'type':'send','address':'echo','headers':{'Authorization':7}}",
            "{'type':'send','address':'echo','headers':{'Authorization':[$]}}",
            "{'type':'send','address':'echo','headers':$}",
            "{'type':'send','address':'echo','headers':{'Cookie':$}}",
            "{'type':'send','address':'echo','headers':{'Authorization':'Basic x'}}")
        .map(script -> script.replace('\'', '"').replace("$", good));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("badEnvelopes")
  void showsNoTokenInItsFirstEnvelope(String envelope) {
    WsConversation client = gateway.open().send(envelope);

    while (client.peek().opcode() == Opcode.TEXT) {
      assertThat(client.text()).as(envelope).doesNotContain("Authenticated!", "session", "eyJ");
    }
    client.expectClose(3000, "INVALID_TOKEN").sendClose(3000).expectEof();

    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo("INVALID_TOKEN");
    assertThat(event.containsKey("user")).isFalse();
  }

  @Test
  void asksWithoutAReplyAddress() {
    String ask = Way.SEND.message(token()).replace("\"replyAddress\":\"r\",", "");

    gateway.open().send(ask).send(PING).expect(PONG).bye();
  }

  // --- instead of its token, later --------------------------------------------------------------

  static Stream<Arguments> badRefreshes() {
    return Stream.of(
        Arguments.of("a bad signature", badToken()),
        Arguments.of("alg none", HostileToken.good().alg("\"none\"").unsigned()),
        Arguments.of("another user's", HostileToken.good().claim("user_id", "\"43\"").text()),
        Arguments.of("expired", HostileToken.good().in("exp", -1).text()),
        Arguments.of("not valid yet", HostileToken.good().in("nbf", 60).text()),
        Arguments.of("junk", "junk"),
        Arguments.of("empty", ""));
  }

  /** Told, and the rights and the end of the session stay what they were. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("badRefreshes")
  void refreshesWithATokenThatMustNotCount(String what, String token) {
    for (Way way : new Way[] {Way.AUTH, Way.SEND}) {
      WsConversation client = gateway.open().send(token()).expect("Authenticated!");

      String answer = client.send(way.message(token)).text();

      assertThat(answer).as(what).doesNotContain("Authenticated!", "eyJ");
      JsonObject err = new JsonObject(answer);
      assertThat(err.getString("failureType"))
          .isEqualTo(what.equals("expired") ? "TOKEN_EXPIRED" : "INVALID_TOKEN");
      JsonObject event = gateway.errors().awaitId(err.getString("errorId"));
      assertThat(event.getString("user")).isEqualTo("42");
      gateway.awaitOpen(1);
      client.send(PING).expect(PONG).bye();
    }
  }
}
