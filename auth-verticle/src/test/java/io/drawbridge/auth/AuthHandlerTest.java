package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Tokens in JSON, first and later (contract, section 3.1)")
@ExtendWith(LeakCheck.class)
final class AuthHandlerTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";

  @RegisterExtension final AuthGateway server = new AuthGateway();

  private static JsonObject json(WsConversation client) {
    return new JsonObject(client.text());
  }

  private static String auth(String token) {
    return new JsonObject().put("type", "auth").put("token", token).encode();
  }

  private static String send(String address, Object body) {
    return envelope(address, body).encode();
  }

  private static JsonObject envelope(String address, Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("replyAddress", "r")
        .put("body", body);
  }

  private static String sendAuth(String token) {
    return send("drawbridge.auth", new JsonObject().put("token", token));
  }

  private static String carrying(String credentials) {
    return envelope("nobody", "hi")
        .put("headers", new JsonObject().put("Authorization", credentials))
        .encode();
  }

  private WsConversation opened() {
    return server.open().send(Tokens.good().text()).expect("Authenticated!");
  }

  @Nested
  final class First {

    @BeforeEach
    void startAServer() {
      server.start("");
    }

    @Test
    void anAuthMessage() {
      Tokens token = Tokens.good();
      WsConversation client = server.open().send(auth(token.text()));

      JsonObject answer = json(client);
      assertThat(answer.fieldNames()).containsExactly("type", "status", "session", "expiresAt");
      assertThat(answer.getString("type")).isEqualTo("auth");
      assertThat(answer.getString("status")).isEqualTo("Authenticated!");
      assertThat(answer.getString("session")).isNotEmpty();
      assertThat(answer.getLong("expiresAt")).isEqualTo(token.end().toEpochMilli());
      client.send(PING).expect(PONG).bye();
    }

    @Test
    void anAuthMessageWithATokenWithoutAnEnd() {
      WsConversation client = server.open().send(auth(Tokens.good().without("exp").text()));

      assertThat(json(client).containsKey("expiresAt")).isFalse();
    }

    @Test
    void aSendToTheAddressForTokens() {
      Tokens token = Tokens.good();
      WsConversation client = server.open().send(sendAuth(token.text()));

      JsonObject rec = json(client);
      assertThat(rec.getString("type")).isEqualTo("rec");
      assertThat(rec.getString("address")).isEqualTo("r");
      JsonObject body = rec.getJsonObject("body");
      assertThat(body.getString("status")).isEqualTo("Authenticated!");
      assertThat(body.getString("session")).isNotEmpty();
      assertThat(body.getLong("expiresAt")).isEqualTo(token.end().toEpochMilli());
      client.send(PING).expect(PONG).bye();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"Bearer ", "bearer ", ""})
    @DisplayName("an envelope that carries a token is answered as any other, and nothing else is")
    void anEnvelopeThatCarriesAToken(String scheme) {
      WsConversation client = server.open().send(carrying(scheme + Tokens.good().text()));

      JsonObject err = json(client);
      assertThat(err.getString("address")).isEqualTo("r");
      assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
      JsonObject event = server.logged(err.getString("errorId"), "ACCESS_DENIED");
      assertThat(event.getString("user")).isEqualTo("42");
      client.send(PING).expect(PONG).bye();
    }

    static Stream<Arguments> bad() {
      String forged = Tokens.good().signedByAnother().text();
      String expired = Tokens.good().in("exp", -1).text();
      return Stream.of(
          Arguments.of("forged", auth(forged), "INVALID_TOKEN"),
          Arguments.of("expired", auth(expired), "TOKEN_EXPIRED"),
          Arguments.of("none", "{\"type\":\"auth\"}", "INVALID_TOKEN"),
          Arguments.of("a number", "{\"type\":\"auth\",\"token\":1}", "INVALID_TOKEN"),
          Arguments.of("half a message", "{\"type\":\"auth\"", "INVALID_TOKEN"),
          Arguments.of("twice", "{\"type\":\"auth\",\"type\":\"auth\"}", "INVALID_TOKEN"),
          Arguments.of("an envelope without", send("echo", "hi"), "INVALID_TOKEN"),
          Arguments.of("a blank behind it", Tokens.good().text() + "\n", "INVALID_TOKEN"),
          Arguments.of("a bomb", "{\"a\":" + "[".repeat(60_000), "INVALID_TOKEN"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("bad")
    void aBadTokenIsToldInText(String what, String message, String kind) {
      WsConversation client = server.open().send(message);

      client
          .expect(kind.equals("TOKEN_EXPIRED") ? "Token Expired" : "Invalid Token")
          .expectClose(3000, kind)
          .sendClose(3000)
          .expectEof();

      assertThat(server.logged(client.ref(), kind).getInteger("closeCode"))
          .as(what)
          .isEqualTo(3000);
      assertThat(server.gateway().errors().events()).hasSize(1);
    }

    static Stream<Arguments> badOfBridges() {
      String forged = Tokens.good().signedByAnother().text();
      String expired = Tokens.good().in("exp", -1).text();
      return Stream.of(
          Arguments.of("sent and forged", sendAuth(forged), "INVALID_TOKEN"),
          Arguments.of("sent and expired", sendAuth(expired), "TOKEN_EXPIRED"),
          Arguments.of("sent without", send("drawbridge.auth", "x"), "INVALID_TOKEN"),
          Arguments.of("carried and forged", carrying("Bearer " + forged), "INVALID_TOKEN"),
          Arguments.of("carried and expired", carrying(expired), "TOKEN_EXPIRED"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("badOfBridges")
    void aBadTokenIsToldInJsonToClientsOfTheBridge(String what, String message, String kind) {
      WsConversation client = server.open().send(message);

      JsonObject err = json(client);
      assertThat(err.getString("type")).as(what).isEqualTo("err");
      assertThat(err.getString("address")).isEqualTo("r");
      assertThat(err.getInteger("failureCode")).isEqualTo(401);
      assertThat(err.getString("failureType")).isEqualTo(kind);
      client.expectClose(3000, kind).sendClose(3000).expectEof();
      assertThat(err.getString("errorId")).isEqualTo(client.ref());
      server.logged(client.ref(), kind);
      assertThat(server.gateway().errors().events()).hasSize(1);
    }
  }

  @Nested
  final class TooMany {

    @Test
    @DisplayName("sessions of a user: the newest is refused, and not told that it is in")
    void sessionsOfAUser() {
      server.start("auth: {sessionsPerUser: 1, onTooManySessions: refuse}");
      WsConversation first = opened();
      WsConversation second = server.open().send(Tokens.good().text());

      second.expectClose(1013, "CONNECTION_LIMIT");

      assertThat(server.logged(second.ref(), "CONNECTION_LIMIT").getString("user")).isEqualTo("42");
      first.send(PING).expect(PONG).bye();
    }
  }

  @Nested
  final class Later {

    @BeforeEach
    void startAServer() {
      server.start("");
    }

    @Test
    void anotherTokenKeepsTheSessionAndItsId() {
      Tokens first = Tokens.good().in("exp", 4);
      WsConversation client = server.open().send(auth(first.text()));
      String session = json(client).getString("session");
      Tokens second = Tokens.good().in("exp", 60);

      JsonObject answer = json(client.send(auth(second.text())));

      assertThat(answer.getString("type")).isEqualTo("auth");
      assertThat(answer.getString("session")).isEqualTo(session);
      assertThat(answer.getLong("expiresAt")).isEqualTo(second.end().toEpochMilli());
      // A session of the first token, which ends with it, shows when that end is past.
      WsConversation other = server.open().send(first.text()).expect("Authenticated!");
      other.expectClose(3000, "TOKEN_EXPIRED");
      client.send(PING).expect(PONG).bye();
    }

    @Test
    void anotherTokenMayEndSooner() {
      WsConversation client = opened();
      Tokens shorter = Tokens.good().in("exp", 3);
      assertThat(json(client.send(auth(shorter.text()))).getString("type")).isEqualTo("auth");

      client.expectClose(3000, "TOKEN_EXPIRED");

      assertThat(Instant.now())
          .isAfterOrEqualTo(shorter.end())
          .isBefore(shorter.end().plusSeconds(5));
    }

    @Test
    void anotherTokenThatIsSent() {
      JsonObject rec = json(opened().send(sendAuth(Tokens.good().text())));

      assertThat(rec.getString("address")).isEqualTo("r");
      assertThat(rec.getJsonObject("body").getString("status")).isEqualTo("Authenticated!");
    }

    @Test
    void whatFollowsAnotherTokenIsHandledAfterIt() {
      WsConversation client = opened();
      client.raw(
          ClientFrames.join(
              ClientFrames.text(PING),
              ClientFrames.text(auth(Tokens.good().text())),
              ClientFrames.text(PING)));

      client.expect(PONG);
      assertThat(json(client).getString("type")).isEqualTo("auth");
      client.expect(PONG).bye();
    }

    static Stream<Arguments> bad() {
      String forged = Tokens.good().signedByAnother().text();
      String expired = Tokens.good().in("exp", -1).text();
      String others = Tokens.good().with("user_id", "\"43\"").text();
      return Stream.of(
          Arguments.of("forged", auth(forged), "INVALID_TOKEN", null),
          Arguments.of("expired", auth(expired), "TOKEN_EXPIRED", null),
          Arguments.of("of another user", auth(others), "INVALID_TOKEN", null),
          Arguments.of("none", "{\"type\":\"auth\"}", "INVALID_TOKEN", null),
          Arguments.of("forged and sent", sendAuth(forged), "INVALID_TOKEN", "r"),
          Arguments.of("expired and sent", sendAuth(expired), "TOKEN_EXPIRED", "r"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("bad")
    void aBadTokenIsRefusedAndTheSessionGoesOn(
        String what, String message, String kind, String address) {
      WsConversation client = opened();

      JsonObject err = json(client.send(message));

      assertThat(err.getString("type")).as(what).isEqualTo("err");
      assertThat(err.getString("failureType")).isEqualTo(kind);
      assertThat(err.getInteger("failureCode")).isEqualTo(401);
      assertThat(err.getString("address")).isEqualTo(address);
      JsonObject event = server.logged(err.getString("errorId"), kind);
      assertThat(event.getString("user")).isEqualTo("42");
      assertThat(event.containsKey("closeCode")).isFalse();
      client.send(PING).expect(PONG).bye();
    }

    @Test
    @DisplayName("a bare token is no envelope once the session is open")
    void aBareToken() {
      JsonObject err = json(opened().send(Tokens.good().text()));

      assertThat(err.getString("failureType")).isEqualTo("INVALID_MESSAGE");
    }
  }
}
