package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token may be good: how it is brought is not (contract, sections 3.1 and 3.2). */
@DisplayName("A hostile client before its token is believed")
@ExtendWith(LeakCheck.class)
final class HostileFlowsTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final String SOON = "auth: {timeout: 1s}\n";

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation open(String yaml) {
    return Setup.start(gateway, yaml).open();
  }

  private WsConversation open() {
    return open("");
  }

  private static String token() {
    return HostileToken.good().text();
  }

  private static String badToken() {
    return HostileToken.good().signedBy(Keys.theirs()).text();
  }

  private void assertLogged(WsConversation client, String kind, int code) {
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getInteger("closeCode")).isEqualTo(code);
    assertThat(event.containsKey("user")).isFalse();
  }

  private void assertTimesOut(WsConversation client, Instant opened) {
    client.expectClose(3008, "AUTH_TIMEOUT");
    assertThat(Duration.between(opened, Instant.now())).isBetween(TIMEOUT, TIMEOUT.plusSeconds(4));
    client.sendClose(3008).expectEof();
    assertLogged(client, "AUTH_TIMEOUT", 3008);
  }

  /** Sends this again and again, each 20 ms, until the server ends it. */
  private static void drip(WsConversation client, byte[] drop) {
    Thread dripping =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 500; i++) {
                  client.raw(drop);
                  Thread.sleep(20);
                }
              } catch (Exception ended) {
                // Closed: what the test waits for.
              }
            });
    dripping.setDaemon(true);
    dripping.start();
  }

  @AfterEach
  void theServerServesOthersAndNothingLeakedOut() {
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
    assertThat(gateway.errors().count("INTERNAL_ERROR")).isZero();
    gateway.open().send(token()).expect("Authenticated!").bye();
  }

  // --- no token ---------------------------------------------------------------------------------

  @Test
  void saysNothing() {
    Instant before = Instant.now();

    assertTimesOut(open(SOON), before);
  }

  @Test
  void saysBinary() {
    WsConversation client = open();

    client.raw(ClientFrames.binary(token().getBytes(StandardCharsets.UTF_8)));

    client.expectClose(1003, "UNSUPPORTED_DATA");
    assertLogged(client, "UNSUPPORTED_DATA", 1003);
  }

  @Test
  void saysAnEmptyBinaryMessage() {
    WsConversation client = open().sendBinary();

    client.expectClose(1003, "UNSUPPORTED_DATA");
  }

  @Test
  void saysTextThatIsNotUtf8() {
    WsConversation client = open();

    client.raw(ClientFrames.of(Opcode.TEXT, (byte) 'e', (byte) 0xff).bytes());

    client.expectClose(1007, "INVALID_UTF8");
    assertLogged(client, "INVALID_UTF8", 1007);
  }

  @Test
  void pingsByJsonForever() {
    open(SOON).bye();
    Instant before = Instant.now();
    WsConversation client = gateway.open();

    drip(client, ClientFrames.text(PING));

    while (client.peek().opcode() == Opcode.TEXT) {
      client.expect(PONG);
    }
    client.expectClose(3008, "AUTH_TIMEOUT");
    assertThat(Duration.between(before, Instant.now())).isBetween(TIMEOUT, TIMEOUT.plusSeconds(4));
  }

  @Test
  void pingsByFramesForever() {
    open(SOON).bye();
    Instant before = Instant.now();
    WsConversation client = gateway.open();

    drip(client, ClientFrames.ping("x"));

    while (client.peek().opcode() == Opcode.PONG) {
      client.expectPong("x");
    }
    client.expectClose(3008, "AUTH_TIMEOUT");
    assertThat(Duration.between(before, Instant.now())).isBetween(TIMEOUT, TIMEOUT.plusSeconds(4));
  }

  @Test
  void floodsWithPingsBeforeItsToken() {
    WsConversation client = open(SOON);
    byte[][] pings = new byte[5_000][];
    Arrays.fill(pings, ClientFrames.text(PING));

    client.flood(ClientFrames.join(pings), 1);

    // As many as are read in time.
    while (client.peek().opcode() == Opcode.TEXT) {
      client.expect(PONG);
    }
    client.expectClose(3008, "AUTH_TIMEOUT");
  }

  @Test
  void floodsOverTheLimitBeforeItsToken() {
    WsConversation client =
        gateway
            .start(
                SOON + "limits: {messages: 5/s}",
                made -> new AuthVerticle(made, new Secret(Tokens.SECRET)),
                AuthVerticle::port)
            .open();
    byte[][] pings = new byte[1_000][];
    Arrays.fill(pings, ClientFrames.text(PING));

    client.raw(ClientFrames.join(pings));

    int pongs = 0;
    while (client.peek().opcode() == Opcode.TEXT) {
      pongs += client.text().equals(PONG) ? 1 : 0;
    }
    assertThat(pongs).isBetween(1, 20);
    client.expectClose(3008, "AUTH_TIMEOUT");
  }

  // --- a token in pieces ------------------------------------------------------------------------

  @Test
  void sendsItsTokenByteByByte() {
    open().byteByByte(ClientFrames.text(token())).expect("Authenticated!").bye();
  }

  @Test
  void sendsABadTokenByteByByte() {
    WsConversation client = open();

    client.byteByByte(ClientFrames.text(badToken())).expect("Invalid Token");

    client.expectClose(3000, "INVALID_TOKEN");
    assertLogged(client, "INVALID_TOKEN", 3000);
  }

  @Test
  void sendsItsTokenWithAFrameForEachByte() {
    String token = token();
    byte[][] frames = new byte[token.length()][];
    for (int i = 0; i < frames.length; i++) {
      String letter = token.substring(i, i + 1);
      frames[i] = i == 0 ? ClientFrames.firstText(letter) : ClientFrames.middle(letter);
    }
    WsConversation client = open();

    client.raw(ClientFrames.join(frames));

    client.expectClose(1009, "MESSAGE_TOO_BIG");
    assertLogged(client, "MESSAGE_TOO_BIG", 1009);
  }

  @Test
  void neverEndsItsToken() {
    open(SOON).bye();
    Instant before = Instant.now();
    WsConversation client = gateway.open();
    client.raw(ClientFrames.firstText(token()));

    drip(client, ClientFrames.middle(""));

    client.expectClose(3008, "AUTH_TIMEOUT");
    assertThat(Duration.between(before, Instant.now())).isBetween(TIMEOUT, TIMEOUT.plusSeconds(4));
  }

  @Test
  void putsPingsIntoItsToken() {
    String token = token();
    open()
        .raw(
            ClientFrames.join(
                ClientFrames.firstText(token.substring(0, 9)),
                ClientFrames.ping("x"),
                ClientFrames.last(token.substring(9))))
        .expectPong("x")
        .expect("Authenticated!")
        .bye();
  }

  @Test
  void beginsWithTheEndOfAMessage() {
    WsConversation client = open();

    client.raw(ClientFrames.last(token())).expectClose(1002, "PROTOCOL_ERROR");

    assertLogged(client, "PROTOCOL_ERROR", 1002);
  }

  @ParameterizedTest(name = "by a reset: {0}")
  @ValueSource(booleans = {false, true})
  void leavesInTheMiddleOfItsToken(boolean reset) {
    byte[] frame = ClientFrames.text(token());
    WsConversation client = open().raw(Arrays.copyOf(frame, frame.length / 2));

    if (reset) {
      client.reset();
    } else {
      client.halfClose().expectNoMore();
    }

    gateway.awaitNobody();
    gateway.errors().awaitKind("CONNECTION_LOST");
    assertThat(gateway.errors().count("INVALID_TOKEN")).isZero();
  }

  @ParameterizedTest(name = "a good token: {0}")
  @ValueSource(booleans = {false, true})
  void leavesBeforeTheVerdict(boolean good) {
    open().bye();
    for (int i = 0; i < 50; i++) {
      gateway.open().send(good ? token() : badToken()).reset();
    }

    gateway.awaitNobody();
  }

  @Test
  void closesBehindItsToken() {
    WsConversation client = open();

    client.raw(ClientFrames.join(ClientFrames.text(token()), ClientFrames.close(1000, "")));

    client.expect("Authenticated!").expectCloseAnswer(1000).expectEof();
  }

  // --- more than one token ----------------------------------------------------------------------

  @Test
  void showsAGoodTokenAfterABadOne() {
    WsConversation client = open().send(badToken());
    client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");

    client.send(token()).sendClose(3000).expectEof();

    assertLogged(client, "INVALID_TOKEN", 3000);
  }

  @Test
  void gluesAGoodTokenToABadOne() {
    WsConversation client = open();

    client.raw(ClientFrames.join(ClientFrames.text(badToken()), ClientFrames.text(token())));

    client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN").sendClose(3000).expectEof();
  }

  @Test
  void gluesAGoodTokenToAnExpiredOne() {
    WsConversation client = open();

    client.raw(
        ClientFrames.join(
            ClientFrames.text(HostileToken.good().in("exp", -1).text()),
            ClientFrames.text(token())));

    client.expect("Token Expired").expectClose(3000, "TOKEN_EXPIRED").sendClose(3000).expectEof();
  }

  @Test
  void sendsABareTokenOnceMore() {
    WsConversation client = open().send(token()).expect("Authenticated!").send(token());

    JsonObject err = new JsonObject(client.text());

    assertThat(err.getString("failureType")).isEqualTo("INVALID_MESSAGE");
    assertThat(err.encode()).doesNotContain("eyJ");
    client.send(PING).expect(PONG).bye();
  }

  @Test
  void sendsAnEnvelopeBeforeItsToken() {
    WsConversation client =
        open()
            .send("{\"type\":\"send\",\"address\":\"echo\",\"body\":\"x\",\"replyAddress\":\"r\"}");

    client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");
    assertLogged(client, "INVALID_TOKEN", 3000);
  }

  @Test
  void floodsBehindItsToken() {
    byte[][] pings = new byte[1_000][];
    Arrays.fill(pings, ClientFrames.text(PING));
    WsConversation client = open();

    client.flood(ClientFrames.join(ClientFrames.text(token()), ClientFrames.join(pings)), 1);

    client.expect("Authenticated!");
    for (int i = 0; i < pings.length; i++) {
      client.expect(PONG);
    }
    client.bye();
  }

  @Test
  void floodsBehindABadToken() {
    WsConversation client = open();

    client.flood(ClientFrames.join(ClientFrames.text(badToken()), new byte[1 << 20]), 20);

    client.expect("Invalid Token").expectClose(3000, "INVALID_TOKEN").expectGone();
    assertThat(gateway.errors().count("PROTOCOL_ERROR")).isZero();
  }

  @Test
  void triesOneTokenAfterAnother() {
    open("firewall: {strikes: 5}").bye();

    for (int i = 0; i < 5; i++) {
      gateway.open().send(badToken()).expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");
    }

    gateway.awaitBan();
    gateway.bans("unban", "ip:127.0.0.1");
    gateway.awaitTrue(
        "pardoned", () -> gateway.connect().raw(HandshakeText.valid().bytes()).status() == 101);
  }

  // --- where no token is looked for -------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"token", "access_token", "jwt", "authorization", "auth"})
  void bringsItsTokenInTheUrl(String name) {
    Setup.start(gateway, SOON);
    Instant before = Instant.now();
    WsConversation client = gateway.open(HandshakeText.valid().target("/?" + name + "=" + token()));

    assertTimesOut(client, before);
  }

  @Test
  void bringsItsTokenInACookie() {
    Setup.start(gateway, SOON);
    Instant before = Instant.now();

    assertTimesOut(gateway.open(HandshakeText.valid().plus("Cookie", "token=" + token())), before);
  }
}
