package io.drawbridge.auth;

import static io.drawbridge.edge.HandshakeText.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Who gets in by a token in the handshake (contract, section 3.1)")
@ExtendWith(LeakCheck.class)
final class AuthAcceptorTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";
  private static final String PROTOCOL = "Sec-WebSocket-Protocol";
  private static final String AUTHORIZATION = "Authorization";

  @RegisterExtension final AuthGateway server = new AuthGateway();

  private WsConversation connect(HandshakeText handshake) {
    return server.gateway().connect().raw(handshake.bytes());
  }

  private static HandshakeText withHeader(String token) {
    return valid().plus(AUTHORIZATION, "Bearer " + token);
  }

  private static HandshakeText asBrowser(String token) {
    return valid().plus("Origin", "http://localhost").plus(PROTOCOL, "drawbridge, bearer." + token);
  }

  /** It is in: the bridge answers it, and it was told nothing before. */
  private static void isIn(WsConversation client) {
    client.send("{\"type\":\"register\",\"address\":\"closed to all\"}");
    assertThat(new JsonObject(client.text()).getString("failureType")).isEqualTo("ACCESS_DENIED");
  }

  /** It is not in: its first message is taken for a token. */
  private static void isStranger(WsConversation client) {
    client.send("no token").expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
  void aGoodTokenInAuthorization(String scheme) {
    server.start("");

    WsConversation client =
        connect(valid().plus(AUTHORIZATION, scheme + Tokens.good().text())).expectUpgrade();

    client.send(PING).expect(PONG);
    isIn(client);
    client.bye();
  }

  @Test
  void aGoodTokenAmongTheSubprotocols() {
    server.start("");

    WsConversation client =
        connect(asBrowser(Tokens.good().text())).expectUpgrade("", "drawbridge");

    client.send(PING).expect(PONG);
    isIn(client);
    client.bye();
  }

  @Test
  void theSubprotocolsInAnyOrderAndOnSeveralLines() {
    server.start("");
    String token = "bearer." + Tokens.good().text();

    isIn(connect(valid().plus(PROTOCOL, token + ",drawbridge")).expectUpgrade("", "drawbridge"));
    isIn(
        connect(valid().plus(PROTOCOL, "chat").plus(PROTOCOL, token).plus(PROTOCOL, "drawbridge"))
            .expectUpgrade("", "drawbridge"));
  }

  @Test
  void theSubprotocolAloneLeavesTheTokenToTheFirstMessage() {
    server.start("");

    connect(valid().plus(PROTOCOL, "chat, drawbridge"))
        .expectUpgrade("", "drawbridge")
        .send(Tokens.good().text())
        .expect("Authenticated!")
        .bye();
  }

  @Test
  void otherSubprotocolsAreNotSelected() {
    server.start("");

    isStranger(connect(valid().plus(PROTOCOL, "chat, Drawbridge")).expectUpgrade());
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"Basic dTpw", "Digest x", "Bearerer x", ""})
  void otherSchemesAreNotLookedAt(String credentials) {
    server.start("");

    isStranger(connect(valid().plus(AUTHORIZATION, credentials)).expectUpgrade());
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"token", "access_token", "authorization"})
  @DisplayName("a token in the URL is never read, and so never needed there")
  void nothingInTheUrl(String parameter) {
    server.start("");

    isStranger(
        connect(valid().target("/?" + parameter + "=" + Tokens.good().text())).expectUpgrade());
  }

  @Test
  void theSameTokenByBothHeaders() {
    server.start("");
    String token = Tokens.good().text();

    isIn(
        connect(asBrowser(token).plus(AUTHORIZATION, "Bearer " + token))
            .expectUpgrade("", "drawbridge"));
  }

  static Stream<Arguments> unclear() {
    String token = Tokens.good().text();
    String other = Tokens.good().with("user_id", "\"43\"").text();
    return Stream.of(
        Arguments.of(
            "two Authorization headers",
            withHeader(token).plus(AUTHORIZATION, "Bearer " + token),
            "more than one token"),
        Arguments.of(
            "two tokens among the subprotocols",
            valid().plus(PROTOCOL, "drawbridge, bearer." + token + ", bearer." + other),
            "more than one token"),
        Arguments.of(
            "another one in each header",
            asBrowser(token).plus(AUTHORIZATION, "Bearer " + other),
            "two tokens that differ"),
        Arguments.of(
            "no subprotocol that could be selected",
            valid().plus(PROTOCOL, "chat, bearer." + token),
            "a token as a subprotocol needs the subprotocol drawbridge, too"));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("unclear")
  void refusesWhatIsUnclear(String what, HandshakeText handshake, String told) {
    server.start("");

    HttpAnswer answer = server.refused(handshake);

    assertThat(answer.status()).as(what).isEqualTo(400);
    assertThat(answer.body()).startsWith("BAD_HANDSHAKE: " + told + " [ref ");
    assertThat(server.logged(answer.ref(), "BAD_HANDSHAKE").getString("detail")).isEqualTo(told);
  }

  static Stream<Arguments> bad() {
    String expired = Tokens.good().in("exp", -1).text();
    String forged = Tokens.good().signedByAnother().text();
    return Stream.of(
        Arguments.of("forged, in Authorization", withHeader(forged), "INVALID_TOKEN"),
        Arguments.of("forged, as a browser", asBrowser(forged), "INVALID_TOKEN"),
        Arguments.of("junk, in Authorization", withHeader("let me in"), "INVALID_TOKEN"),
        Arguments.of("junk, as a browser", asBrowser("junk"), "INVALID_TOKEN"),
        Arguments.of("nothing, in Authorization", withHeader(""), "INVALID_TOKEN"),
        Arguments.of("nothing, as a browser", asBrowser(""), "INVALID_TOKEN"),
        Arguments.of("expired, in Authorization", withHeader(expired), "TOKEN_EXPIRED"),
        Arguments.of("expired, as a browser", asBrowser(expired), "TOKEN_EXPIRED"));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("bad")
  void refusesABadToken(String what, HandshakeText handshake, String kind) {
    server.start("");

    HttpAnswer answer = server.refused(handshake);

    assertThat(answer.status()).as(what).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(answer.header("Retry-After")).isEmpty();
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    String words = kind.equals("TOKEN_EXPIRED") ? "Token Expired" : "Invalid Token";
    assertThat(answer.body()).startsWith(kind + ": " + words + " [ref ");
    assertThat(server.logged(answer.ref(), kind).getString("detail"))
        .matches(".+, token [0-9a-f]{12}");
  }

  @Test
  void aTokenTooLongForTheHeaders() {
    server.start("");

    HttpAnswer answer = server.refused(withHeader("x".repeat(17_000)));

    assertThat(answer.status()).isEqualTo(400);
    server.logged(answer.ref(), "BAD_HANDSHAKE");
  }

  @Test
  void aLongGoodToken() {
    server.start("");
    String token = Tokens.good().with("x", '"' + "x".repeat(5_000) + '"').text();

    isIn(connect(asBrowser(token)).expectUpgrade("", "drawbridge"));
  }

  @Test
  void whatIsGluedToTheHandshakeIsAnswered() {
    server.start("");
    byte[] glued =
        ClientFrames.join(
            withHeader(Tokens.good().text()).bytes(),
            ClientFrames.text(PING),
            ClientFrames.text(PING));

    server.gateway().connect().raw(glued).expectUpgrade().expect(PONG).expect(PONG).bye();
  }

  @Test
  void aTokenInTheHandshakeIsInTime() {
    server.start("auth: {timeout: 1s}");
    WsConversation in = connect(withHeader(Tokens.good().text())).expectUpgrade();
    WsConversation late = server.open();
    late.expectClose(3008, "AUTH_TIMEOUT");

    in.send(PING).expect(PONG).bye();
  }

  @Test
  void aTokenOfTheHandshakeEndsTheSession() {
    server.start("");
    Tokens token = Tokens.good().in("exp", 3);
    WsConversation client = connect(withHeader(token.text())).expectUpgrade();

    client.expectClose(3000, "TOKEN_EXPIRED");

    assertThat(Instant.now()).isAfterOrEqualTo(token.end()).isBefore(token.end().plusSeconds(5));
    JsonObject event = server.logged(client.ref(), "TOKEN_EXPIRED");
    assertThat(event.getString("user")).isEqualTo("42");
  }

  @Test
  void aBannedUserIsRefused() {
    server.start("");
    server.gateway().bans("ban", "user:42");
    server.gateway().awaitTrue("heard of", () -> !isLetIn());

    HttpAnswer answer = server.refused(withHeader(Tokens.good().text()));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(Long.parseLong(answer.header("Retry-After"))).isBetween(250L, 300L);
    assertThat(server.logged(answer.ref(), "BANNED").getString("user")).isEqualTo("42");
    isIn(connect(withHeader(Tokens.good().with("user_id", "\"43\"").text())).expectUpgrade());
    assertThat(server.refused(withHeader(Tokens.good().signedByAnother().text())).status())
        .isEqualTo(401);
  }

  private boolean isLetIn() {
    return status() == 101;
  }

  /** Of a handshake with a good token. */
  private int status() {
    try (WsConversation client =
        WsConversation.connect(server.gateway().port())
            .raw(withHeader(Tokens.good().text()).bytes())) {
      return client.status();
    }
  }

  @Test
  @DisplayName("who is refused takes no place, and bad tokens ban an address")
  void badTokensAreStrikes() {
    server.start("limits: {connections: 1}\nfirewall: {strikes: 3, banFor: 1m}\n");

    for (int i = 0; i < 3; i++) {
      assertThat(server.refused(withHeader("junk")).status()).isEqualTo(401);
    }

    server.gateway().awaitBan();
    server.gateway().awaitTrue("the edge has heard of it", () -> status() == 403);
    assertThat(server.refused(withHeader("junk")).status()).isEqualTo(403);
    server.gateway().bans("unban", "ip:127.0.0.1");
    server.gateway().awaitTrue("pardoned", this::isLetIn);
  }

  @Test
  void aUserWithTooManySessionsIsRefused() {
    server.start("auth: {sessionsPerUser: 1, onTooManySessions: refuse}");
    WsConversation first = connect(withHeader(Tokens.good().text())).expectUpgrade();

    HttpAnswer answer = server.refused(withHeader(Tokens.good().text()));

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.body()).startsWith("CONNECTION_LIMIT: Too many sessions of this user [ref ");
    assertThat(server.logged(answer.ref(), "CONNECTION_LIMIT").getString("user")).isEqualTo("42");
    isIn(connect(withHeader(Tokens.good().with("user_id", "\"43\"").text())).expectUpgrade());
    first.bye();
    server.gateway().awaitTrue("a session of its own again", this::isLetIn);
  }

  @Test
  void aNewerSessionTakesThePlaceOfTheOldest() {
    server.start("auth: {sessionsPerUser: 1}");
    WsConversation first = connect(withHeader(Tokens.good().text())).expectUpgrade();

    WsConversation second = connect(withHeader(Tokens.good().text())).expectUpgrade();

    first.expectClose(3003, "SESSION_REPLACED");
    assertThat(server.logged(first.ref(), "SESSION_REPLACED").getString("user")).isEqualTo("42");
    isIn(second);
  }

  @Test
  @DisplayName("a client that is gone before it is answered leaves no session behind")
  void manyThatAreGoneLeaveNoSession() {
    server.start(
        """
        auth: {sessionsPerUser: 1, onTooManySessions: refuse}
        limits: {connectRate: unlimited}
        """);
    byte[] handshake = withHeader(Tokens.good().text()).bytes();

    for (int i = 0; i < 50; i++) {
      server.gateway().connect().raw(handshake).reset();
    }

    server.gateway().awaitTrue("all are gone, and another is let in", this::isLetIn);
  }

  @Test
  void manyThatAreGoneBeforeTheyAreAnswered() {
    server.start("limits: {connectRate: unlimited}\nfirewall: {strikes: 1000}\n");
    byte[] good = withHeader(Tokens.good().text()).bytes();
    byte[] bad = withHeader("junk").bytes();

    for (int i = 0; i < 100; i++) {
      server.gateway().connect().raw(i % 2 == 0 ? good : bad).reset();
    }

    server.gateway().awaitTrue("another is let in", this::isLetIn);
    server.gateway().awaitNobody();
  }
}
