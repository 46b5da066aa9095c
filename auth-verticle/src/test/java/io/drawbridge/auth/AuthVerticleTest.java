package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Secret;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Who gets in by the first message (contract, section 3.2)")
@ExtendWith(LeakCheck.class)
final class AuthVerticleTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation open(String yaml) {
    return gateway
        .start(yaml, made -> new AuthVerticle(made, new Secret(Tokens.SECRET)), AuthVerticle::port)
        .open();
  }

  private WsConversation open() {
    return open("");
  }

  private JsonObject logged(WsConversation client, String kind, int code) {
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getInteger("closeCode")).isEqualTo(code);
    assertThat(event.getString("edge")).isEqualTo("auth");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    return event;
  }

  @AfterEach
  void noTokenIsEverInTheLogAndEveryPlaceIsGivenBack() {
    gateway.closeAll();
    gateway.awaitNobody();
    // Every token made of JSON begins like this, and so do its header and its payload.
    assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
  }

  @Nested
  final class Tells {

    static Stream<Arguments> goodUsers() {
      return Stream.of(
          Arguments.of("\"42\""), Arguments.of("\"alice\""), Arguments.of("42"), Arguments.of("0"));
    }

    @ParameterizedTest(name = "user_id {0}")
    @MethodSource("goodUsers")
    void aGoodToken(String user) {
      open()
          .send(Tokens.good().with("user_id", user).text())
          .expect("Authenticated!")
          .send(PING)
          .expect(PONG)
          .bye();

      assertThat(gateway.errors().text()).isEmpty();
    }

    @Test
    void aGoodTokenWithoutAnEnd() {
      open().send(Tokens.good().without("exp").text()).expect("Authenticated!").bye();
    }

    @Test
    void anExpiredToken() {
      WsConversation client = open().send(Tokens.good().in("exp", -1).text());

      client.expect("Token Expired").expectClose(3000, "TOKEN_EXPIRED").sendClose(3000).expectEof();

      JsonObject event = logged(client, "TOKEN_EXPIRED", 3000);
      assertThat(event.getString("detail")).matches("expired, token [0-9a-f]{12}");
      assertThat(client.retrySeconds()).isPositive();
    }

    static Stream<Arguments> badTokens() {
      return Stream.of(
          bad("a bad signature", Tokens.good().signedByAnother().text(), "signature"),
          bad(
              "expired with a bad signature",
              Tokens.good().in("exp", -1).signedByAnother().text(),
              "signature"),
          bad(
              "another algorithm",
              Tokens.good().algorithm("HS512", "HmacSHA512").text(),
              "algorithm not allowed"),
          bad("no algorithm", Tokens.good().header("{\"alg\":\"none\"}").unsigned(), "algorithm"),
          bad("junk", "let me in", "no compact JWS"),
          bad("nothing", "", "no compact JWS"),
          bad("not valid yet", Tokens.good().in("nbf", 60).text(), "not valid yet"),
          bad("issued in the future", Tokens.good().in("iat", 60).text(), "not valid yet"),
          bad("no user", Tokens.good().without("user_id").text(), "user_id"),
          bad("an empty user", Tokens.good().with("user_id", "\"\"").text(), "user_id"),
          bad("null as user", Tokens.good().with("user_id", "null").text(), "user_id"),
          bad("a fraction as user", Tokens.good().with("user_id", "4.2").text(), "user_id"),
          bad("a list as user", Tokens.good().with("user_id", "[]").text(), "user_id"),
          bad(
              "an expiry that is no number",
              Tokens.good().with("exp", "\"1\"").text(),
              "exp is no number"),
          bad("JSON that is no ping", "{\"type\":\"pong\"}", "no compact JWS"));
    }

    private static Arguments bad(String what, String token, String why) {
      return Arguments.of(what, token, why);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void aBadToken(String what, String token, String why) {
      WsConversation client = open().send(token);

      client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN").sendClose(3000).expectEof();

      JsonObject event = logged(client, "INVALID_TOKEN", 3000);
      assertThat(event.getString("detail"))
          .as(what)
          .startsWith(why)
          .matches(".*token [0-9a-f]{12}");
      assertThat(event.containsKey("user")).isFalse();
      assertThat(client.retrySeconds()).isZero();
    }

    @Test
    void aTokenOfAnotherIssuerOrForAnotherAudience() {
      WsConversation client =
          open("auth: {issuer: us, audience: [here]}")
              .send(Tokens.good().with("iss", "\"them\"").with("aud", "\"here\"").text());
      client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");

      WsConversation other =
          gateway.open().send(Tokens.good().with("iss", "\"us\"").with("aud", "\"there\"").text());
      other.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");

      gateway
          .open()
          .send(Tokens.good().with("iss", "\"us\"").with("aud", "\"here\"").text())
          .expect("Authenticated!");
    }

    @Test
    void whoShowsNoTokenInTime() {
      Instant before = Instant.now();
      WsConversation client = open("auth: {timeout: 300ms}");

      client.expectClose(3008, "AUTH_TIMEOUT").sendClose(3008).expectEof();

      logged(client, "AUTH_TIMEOUT", 3008);
      assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(300));
    }

    @Test
    void whoOnlyPingsInsteadOfShowingAToken() {
      WsConversation client = open("auth: {timeout: 2s}").send(PING).expect(PONG).ping("x");

      client.expectPong("x").expectClose(3008, "AUTH_TIMEOUT");
    }

    @Test
    void nobodyWhoShowedItsTokenInTime() {
      WsConversation in =
          open("auth: {timeout: 2s}").send(Tokens.good().text()).expect("Authenticated!");
      WsConversation late = gateway.open();
      late.expectClose(3008, "AUTH_TIMEOUT");

      in.send(PING).expect(PONG).bye();
    }

    @Test
    void aBinaryMessage() {
      WsConversation client = open().sendBinary((byte) 1);

      client.expectClose(1003, "UNSUPPORTED_DATA").sendClose(1003).expectEof();

      assertThat(logged(client, "UNSUPPORTED_DATA", 1003).containsKey("user")).isFalse();
    }

    @Test
    void pingsDoNotCountAsTheFirstMessage() {
      open()
          .send(PING)
          .expect(PONG)
          .send(" { \"type\" : \"ping\" } ".trim())
          .expect(PONG)
          .send(Tokens.good().text())
          .expect("Authenticated!")
          .bye();
    }

    @Test
    void aTokenInFragmentsOrByteByByte() {
      String token = Tokens.good().text();
      WsConversation client = open();

      client
          .raw(
              ClientFrames.join(
                  ClientFrames.firstText(token.substring(0, 20)),
                  ClientFrames.last(token.substring(20))))
          .expect("Authenticated!")
          .bye();
      gateway.open().byteByByte(ClientFrames.text(token)).expect("Authenticated!").bye();
    }

    @Test
    @DisplayName("what follows a good token is handled after it, in order, however it came")
    void whatIsGluedToAToken() {
      open()
          .raw(
              ClientFrames.join(
                  ClientFrames.text(Tokens.good().text()),
                  ClientFrames.text(PING),
                  ClientFrames.ping("x"),
                  ClientFrames.text(PING)))
          .expect("Authenticated!")
          .expect(PONG)
          .expectPong("x")
          .expect(PONG)
          .bye();
    }

    @Test
    void whatIsGluedToATokenAndAHandshake() {
      open().bye();

      gateway
          .connect()
          .raw(
              ClientFrames.join(
                  HandshakeText.valid().bytes(),
                  ClientFrames.text(Tokens.good().text()),
                  ClientFrames.text(PING)))
          .expectUpgrade()
          .expect("Authenticated!")
          .expect(PONG)
          .bye();
    }

    @Test
    void whatIsGluedToABadTokenIsNotHandled() {
      WsConversation client = open();
      client.raw(
          ClientFrames.join(ClientFrames.text("junk"), ClientFrames.text(Tokens.good().text())));

      client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN").sendClose(3000).expectEof();
    }

    @Test
    void theSameTokenOnManyConnections() {
      String token = Tokens.good().text();
      WsConversation first = open().send(token).expect("Authenticated!");

      WsConversation second = gateway.open().send(token).expect("Authenticated!");

      first.send(PING).expect(PONG).bye();
      second.send(PING).expect(PONG).bye();
    }

    @Test
    void aTokenThatEndsWhileItsConnectionIsOpen() {
      WsConversation client = open();
      Tokens token = Tokens.good().in("exp", 3);
      client.send(token.text()).expect("Authenticated!");
      client.send(PING).expect(PONG);

      client.expectClose(3000, "TOKEN_EXPIRED");
      Instant closed = Instant.now();
      client.sendClose(3000).expectEof();

      assertThat(closed).isAfterOrEqualTo(token.end()).isBefore(token.end().plusSeconds(5));
      JsonObject event = logged(client, "TOKEN_EXPIRED", 3000);
      assertThat(event.getString("detail")).isEqualTo("the token ended");
      assertThat(event.getString("user")).isEqualTo("42");
      assertThat(event.getString("session")).isNotEmpty();
    }
  }

  @Nested
  final class Limits {

    @Test
    @DisplayName("before the token a client is told by a line, after it by an envelope")
    void tellsInTheFormOfTheTime() {
      WsConversation stranger = open("limits: {messages: 2/s}");
      byte[] ping = ClientFrames.text(PING);
      stranger.raw(ClientFrames.join(ping, ping, ping)).expect(PONG).expect(PONG);
      stranger.expectErrorLine("reading goes on in").expect(PONG);

      WsConversation user = gateway.open().send(Tokens.good().text()).expect("Authenticated!");
      user.raw(ClientFrames.join(ping, ping)).expect(PONG);

      JsonObject err = new JsonObject(user.text());
      assertThat(err.getString("type")).isEqualTo("err");
      assertThat(err.getInteger("failureCode")).isEqualTo(429);
      assertThat(err.getString("failureType")).isEqualTo("RATE_LIMITED");
      assertThat(err.getString("body")).isEqualTo("rate_limited");
      assertThat(err.getBoolean("temporary")).isTrue();
      assertThat(err.getLong("retryAfterMs")).isPositive();
      JsonObject event = gateway.errors().awaitId(err.getString("errorId"));
      assertThat(event.getString("user")).isEqualTo("42");
      user.expect(PONG);
    }

    @Test
    void aUserHasItsPermitsOnAllConnectionsTogether() {
      WsConversation first =
          open("limits: {keyMessages: 10/s}").send(Tokens.good().text()).expect("Authenticated!");
      WsConversation second = gateway.open().send(Tokens.good().text()).expect("Authenticated!");
      WsConversation other =
          gateway
              .open()
              .send(Tokens.good().with("user_id", "\"other\"").text())
              .expect("Authenticated!");
      byte[][] ten = new byte[10][];
      Arrays.fill(ten, ClientFrames.text(PING));

      // What either may send alone, both may not send together.
      first.raw(ClientFrames.join(ten));
      second.raw(ClientFrames.join(ten));

      List<String> told = new ArrayList<>();
      told.addAll(besidesPongs(first, ten.length));
      told.addAll(besidesPongs(second, ten.length));
      assertThat(told).isNotEmpty().allMatch(text -> text.contains("RATE_LIMITED"));
      other.send(PING).expect(PONG);
    }

    /** Reads so many pongs; what came between them. */
    private List<String> besidesPongs(WsConversation client, int pongs) {
      List<String> others = new ArrayList<>();
      for (int left = pongs; left > 0; ) {
        String text = client.text();
        if (text.equals(PONG)) {
          left--;
        } else {
          others.add(text);
        }
      }
      return others;
    }
  }

  @Nested
  final class Bans {
    private static final String USER = "user:42";

    private WsConversation opened(String user) {
      return gateway
          .open()
          .send(Tokens.good().with("user_id", "\"" + user + "\"").text())
          .expect("Authenticated!");
    }

    @Test
    void aBanOfAUserClosesWhatTheUserHasOpen() {
      open("").bye();
      WsConversation one = opened("42");
      WsConversation two = opened("42");
      WsConversation other = opened("43");
      WsConversation nobody = gateway.open();

      gateway.bans("ban", USER);

      for (WsConversation banned : List.of(one, two)) {
        banned.expectClose(3003, "BANNED");
        JsonObject event = logged(banned, "BANNED", 3003);
        assertThat(event.getString("user")).isEqualTo("42");
        assertThat(event.getString("session")).isNotEmpty();
        assertThat(banned.retrySeconds()).isBetween(250, 300);
      }
      other.send(PING).expect(PONG);
      nobody.send(PING).expect(PONG);
    }

    @Test
    void aBannedUserIsClosedInsteadOfAuthenticated() {
      WsConversation client = open();
      gateway.bans("ban", USER);
      gateway.awaitTrue("heard of", () -> !isLetIn());

      client.send(Tokens.good().text()).expectClose(3003, "BANNED");

      assertThat(logged(client, "BANNED", 3003).getString("user")).isEqualTo("42");
      opened("43").send(PING).expect(PONG);
    }

    @Test
    void aBannedUserWithABadTokenIsToldOfTheToken() {
      WsConversation client = open();
      gateway.bans("ban", USER);
      gateway.awaitTrue("heard of", () -> !isLetIn());

      client.send(Tokens.good().signedByAnother().text()).expect("Invalid Token");
      client.expectClose(3000, "INVALID_TOKEN");
    }

    @Test
    void aPardonLetsTheUserInAgain() {
      open("").bye();
      gateway.bans("ban", USER);
      gateway.awaitTrue("heard of", () -> !isLetIn());

      gateway.bans("unban", USER);

      gateway.awaitTrue("let in", this::isLetIn);
    }

    @Test
    void badMessagesBanTheUserAndTheAddress() {
      WsConversation client = open("firewall: { strikes: 3 }\n").send(Tokens.good().text());
      client.expect("Authenticated!");

      for (int i = 0; i < 3; i++) {
        client.send("no envelope");
        assertThat(client.text()).contains("INVALID_MESSAGE");
      }

      client.expectClose(3003, "BANNED");
      assertThat(gateway.bans("list", "").getJsonArray("bans").stream())
          .extracting(ban -> ((JsonObject) ban).getString("subject"))
          .containsExactlyInAnyOrder(USER, "ip:127.0.0.1");
    }

    private boolean isLetIn() {
      try (WsConversation client = gateway.open().send(Tokens.good().text())) {
        return client.next().opcode() == Opcode.TEXT;
      }
    }
  }
}
