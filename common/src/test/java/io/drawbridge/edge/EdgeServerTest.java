package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("From TCP to an open WebSocket (RFC 6455 §4), over real sockets")
@ExtendWith(LeakCheck.class)
final class EdgeServerTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String yaml) {
    gateway.start(yaml, () -> handler);
  }

  /** A refusal is told by kind and id, and the id leads to its event in the error log. */
  private JsonObject logged(HttpAnswer refused, String kind) {
    assertThat(refused.kind()).isEqualTo(kind);
    JsonObject event = gateway.errors().awaitId(refused.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getString("edge")).isEqualTo("echo");
    assertThat(event.getString("node")).isEqualTo("node-test");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    return event;
  }

  private void stillServes() {
    gateway.open().send("still there?").expect("still there?").bye();
  }

  @Nested
  final class Admits {

    @Test
    void answersAValidHandshakeWithTheAcceptKeyOfTheRfc() {
      start(UNLIMITED);

      gateway.open().send("hi").expect("hi").bye();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/", "/chat", "/a/b?c=d&e=%20", "/?x", "http://localhost/chat"})
    void anyPath(String target) {
      start(UNLIMITED);

      gateway.open(valid().target(target)).send("hi").expect("hi").bye();
    }

    @Test
    void namesAndTokensInAnyCase() {
      start(UNLIMITED);

      gateway
          .open(
              valid()
                  .without("Upgrade")
                  .plus("uPGRADE", "WebSocket")
                  .with("Connection", "keep-alive, UPGRADE"))
          .send("hi")
          .expect("hi")
          .bye();
    }

    @Test
    void selectsNoSubprotocolAndNoExtension() {
      start(UNLIMITED);

      gateway
          .open(
              valid()
                  .plus("Sec-WebSocket-Protocol", "chat, superchat")
                  .plus("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"))
          .send("hi")
          .expect("hi")
          .bye();
    }

    @Test
    void aHandshakeByteByByte() {
      start(UNLIMITED);

      gateway.connect().byteByByte(valid().bytes()).expectUpgrade().send("hi").expect("hi").bye();
    }

    @Test
    void framesThatCameGluedToTheHandshake() {
      start(UNLIMITED);
      byte[] glued =
          ClientFrames.join(valid().bytes(), ClientFrames.text("one"), ClientFrames.text("two"));

      gateway.connect().raw(glued).expectUpgrade().expect("one").expect("two").bye();
    }

    @Test
    void aFrameThatCameHalfGluedToTheHandshake() {
      start(UNLIMITED);
      byte[] frame = ClientFrames.text("in two parts");

      gateway
          .connect()
          .raw(ClientFrames.join(valid().bytes(), new byte[] {frame[0], frame[1], frame[2]}))
          .expectUpgrade()
          .raw(Arrays.copyOfRange(frame, 3, frame.length))
          .expect("in two parts")
          .bye();
    }

    @Test
    void manyMessagesGluedToTheHandshake() {
      start(UNLIMITED);
      byte[] glued = ClientFrames.join(valid().bytes(), messages(2_000));

      WsConversation client = gateway.connect().raw(glued).expectUpgrade();

      for (int i = 0; i < 2_000; i++) {
        client.expect("message " + i);
      }
      client.bye();
    }

    private static byte[] messages(int count) {
      return ClientFrames.join(
          IntStream.range(0, count)
              .mapToObj(i -> ClientFrames.text("message " + i))
              .toArray(byte[][]::new));
    }

    @Test
    @DisplayName("a second HTTP request behind the upgrade is read as frames, and refused as such")
    void readsNoMoreHttpBehindTheUpgrade() {
      start(UNLIMITED);

      WsConversation client =
          gateway.connect().raw(ClientFrames.join(valid().bytes(), valid().bytes()));

      client.expectUpgrade().expectClose(1002, "PROTOCOL_ERROR").expectEof();
      gateway.awaitNobody();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"http://localhost", "https://localhost:8443", "http://127.0.0.1:3000"})
    void localPages(String origin) {
      start(UNLIMITED);

      gateway.open(valid().plus("Origin", origin)).send("hi").expect("hi").bye();
    }

    @Test
    void listensOnBothLoopbackAddresses() {
      Loopback.assumeV6();
      start(UNLIMITED);

      for (String address : new String[] {"127.0.0.1", "::1"}) {
        try (WsConversation client = WsConversation.connect(address, gateway.port())) {
          client.raw(valid().bytes()).expectUpgrade().send(address).expect(address).bye();
        }
      }
    }
  }

  @Nested
  final class Refuses {

    static Stream<Arguments> badHandshakes() {
      return Stream.of(
          Arguments.of("a POST", valid().method("POST").with("Content-Length", "0"), 405),
          Arguments.of("plain HTTP", valid().without("Upgrade").without("Connection"), 426),
          Arguments.of("another protocol", valid().with("Upgrade", "h2c"), 426),
          Arguments.of("version 8", valid().with("Sec-WebSocket-Version", "8"), 426),
          Arguments.of("two versions", valid().plus("Sec-WebSocket-Version", "13"), 426),
          Arguments.of("no version", valid().without("Sec-WebSocket-Version"), 400),
          Arguments.of("HTTP/1.0", valid().version("HTTP/1.0"), 400),
          Arguments.of("Connection: close", valid().with("Connection", "close"), 400),
          Arguments.of("no Connection", valid().without("Connection"), 400),
          Arguments.of("no Host", valid().without("Host"), 400),
          Arguments.of("two Hosts", valid().plus("Host", "localhost"), 400),
          Arguments.of("no key", valid().without("Sec-WebSocket-Key"), 400),
          Arguments.of("a short key", valid().with("Sec-WebSocket-Key", "AAAA"), 400),
          Arguments.of("a key that is no base64", valid().with("Sec-WebSocket-Key", "!"), 400),
          Arguments.of(
              "two keys", valid().plus("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), 400),
          Arguments.of("a fragment in the path", valid().target("/#here"), 400),
          Arguments.of("an asterisk", valid().target("*"), 400),
          Arguments.of("a body", valid().with("Content-Length", "5"), 400),
          Arguments.of("a chunked body", valid().with("Transfer-Encoding", "chunked"), 400),
          Arguments.of("too long a target", valid().target("/" + "x".repeat(5_000)), 400),
          Arguments.of("too large headers", valid().plus("X", "x".repeat(17_000)), 400));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("badHandshakes")
    void whatIsNoHandshake(String what, HandshakeText handshake, int status) {
      start(UNLIMITED);

      HttpAnswer answer = WsConversation.refused(gateway.port(), handshake);

      assertThat(answer.status()).as(what).isEqualTo(status);
      assertThat(answer.header("Retry-After")).isEmpty();
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.header("Connection")).endsWith("close");
      logged(answer, "BAD_HANDSHAKE");
      assertThat(handler.opened).hasValue(0);
      stillServes();
    }

    @ParameterizedTest(name = "[{index}]")
    @ValueSource(
        strings = {
          "hello\r\n\r\n",
          "GET\r\n\r\n",
          "\u0016\u0003\u0001\r\n\r\n",
          "GET / HTTP/1.1\r\nx\r\n\r\n"
        })
    void whatIsNoHttp(String bytes) {
      start(UNLIMITED);

      HttpAnswer answer =
          WsConversation.refused(gateway.port(), bytes.getBytes(StandardCharsets.ISO_8859_1));

      assertThat(answer.status()).isEqualTo(400);
      logged(answer, "BAD_HANDSHAKE");
      stillServes();
    }

    @Test
    void andIsHeardByAClientThatIsStillSending() {
      start(UNLIMITED);
      WsConversation client = gateway.connect();
      byte[] head = valid().method("POST").plus("Content-Length", "50000000").bytes();
      client.raw(head).flood(new byte[100_000], 500);

      assertThat(client.answerAndEnd().status()).isEqualTo(405);
      client.expectGone();
    }

    @Test
    @DisplayName("one request a socket: what comes behind a refused one has no answer")
    void whatComesBehindARefusedRequest() {
      start(UNLIMITED);
      byte[] refused = valid().without("Upgrade").bytes();

      HttpAnswer answer =
          WsConversation.refused(
              gateway.port(), ClientFrames.join(refused, refused, valid().bytes(), refused));

      assertThat(answer.status()).isEqualTo(426);
      assertThat(gateway.counted("drawbridge.handshakes")).isEqualTo(1);
      gateway.errors().awaitKind("BAD_HANDSHAKE");
      assertThat(gateway.errors().count("BAD_HANDSHAKE")).isEqualTo(1);
      stillServes();
    }

    @Test
    void saysWhatItWouldTakeInstead() {
      start(UNLIMITED);
      int port = gateway.port();

      HttpAnswer method = WsConversation.refused(port, valid().method("PUT"));
      HttpAnswer version =
          WsConversation.refused(port, valid().with("Sec-WebSocket-Version", "99"));
      HttpAnswer plain = WsConversation.refused(port, valid().without("Upgrade"));

      assertThat(method.header("Allow")).isEqualTo("GET");
      assertThat(version.header("Sec-WebSocket-Version")).isEqualTo("13");
      assertThat(plain.header("Upgrade")).isEqualTo("websocket");
      assertThat(plain.header("Sec-WebSocket-Version")).isEqualTo("13");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "http://evil.example",
          "null",
          "http://localhost.evil.example",
          "http://a b",
          ""
        })
    void anOriginThatIsNotListed(String origin) {
      start(UNLIMITED);

      HttpAnswer answer = WsConversation.refused(gateway.port(), valid().plus("Origin", origin));

      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.header("Retry-After")).isEmpty();
      logged(answer, "ORIGIN_DENIED");
      stillServes();
    }

    @Test
    void nothingElseThanTheListedOrigins() {
      start(UNLIMITED + "firewall: {origins: ['https://app.example']}");
      int port = gateway.port();

      gateway.open(valid().plus("Origin", "https://app.example:443")).bye();

      assertThat(WsConversation.refused(port, valid().plus("Origin", "http://app.example")).kind())
          .isEqualTo("ORIGIN_DENIED");
      assertThat(WsConversation.refused(port, valid().plus("Origin", "http://localhost")).kind())
          .isEqualTo("ORIGIN_DENIED");
    }

    @Test
    void oneConnectionTooManyUntilAPlaceIsFree() {
      start("limits: {connections: 2}");
      WsConversation first = gateway.open();
      WsConversation second = gateway.open();

      HttpAnswer answer = WsConversation.refused(gateway.port(), valid());

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      logged(answer, "CONNECTION_LIMIT");
      second.send("no harm done").expect("no harm done");
      first.bye();
      gateway.awaitOpen(1);
      gateway.open().send("in its place").expect("in its place");
    }

    @Test
    void noPlaceIsTakenByWhatIsRefused() {
      start("limits: {connections: 1}");

      for (int i = 0; i < 5; i++) {
        WsConversation.refused(gateway.port(), valid().plus("Origin", "http://evil.example"));
        WsConversation.refused(gateway.port(), valid().method("POST"));
      }

      stillServes();
    }
  }

  @Nested
  final class Cuts {
    private static final String SHORT = "limits: {handshake: 1s}";

    @Test
    void whoSaysNothing() {
      start(SHORT);

      gateway.connect().expectEof();

      JsonObject event = gateway.errors().awaitKind("BAD_HANDSHAKE");
      assertThat(event.getString("detail")).isEqualTo("no handshake in time");
      assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    }

    @Test
    void aHandshakeThatTakesTooLong() {
      start(SHORT);

      gateway
          .connect()
          .raw("GET / HTTP/1.1\r\nHost: local".getBytes(StandardCharsets.US_ASCII))
          .expectEof();

      gateway.errors().awaitKind("BAD_HANDSHAKE");
      stillServes();
    }

    @Test
    void nobodyWhoseHandshakeWasInTime() {
      start(SHORT);
      WsConversation early = gateway.open();

      // When the later one has been cut, the earlier one has been past its time for long.
      gateway.connect().expectEof();

      early.send("hi").expect("hi").bye();
      assertThat(gateway.errors().count("BAD_HANDSHAKE")).isLessThanOrEqualTo(1);
    }
  }

  @Nested
  final class GivesPlacesBack {

    @Test
    void whenClientsVanishRightBehindTheirHandshake() {
      start(UNLIMITED);

      for (int i = 0; i < 300; i++) {
        WsConversation client = gateway.connect().raw(valid().bytes());
        if (i % 3 == 0) {
          client.halfClose();
        }
        client.reset();
      }

      // Whoever comes behind them is accepted behind them.
      WsConversation last = gateway.open();
      gateway.awaitOpen(1);
      last.bye();
      gateway.awaitNobody();
      assertThat(handler.closed.get()).isEqualTo(handler.opened.get());
    }

    @Test
    void whenClientsVanishInTheirHandshake() {
      start("limits: {connections: 100}");

      for (int i = 0; i < 100; i++) {
        gateway.connect().raw("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)).reset();
      }

      stillServes();
      gateway.awaitNobody();
      assertThat(gateway.errors().count("CONNECTION_LOST")).isZero();
    }
  }

  @Nested
  final class Drains {

    @Test
    @DisplayName(
        "sends everybody away with 1012 and a time to come back, and ends when all are gone")
    void sendsEverybodyAway() {
      start("drain: {over: 200ms}");
      WsConversation[] clients = {gateway.open(), gateway.open(), gateway.open()};

      var stopped = gateway.stop();

      for (WsConversation client : clients) {
        client.expectClose(1012, "SHUTTING_DOWN");
        assertThat(client.retrySeconds()).isBetween(1, 10);
        client.sendClose(1012).expectEof().close();
      }
      TestGateway.done(stopped);
      gateway.awaitNobody();
      assertThat(handler.closed).hasValue(3);
      for (WsConversation client : clients) {
        JsonObject event = gateway.errors().awaitId(client.ref());
        assertThat(event.getString("kind")).isEqualTo("SHUTTING_DOWN");
        assertThat(event.getInteger("closeCode")).isEqualTo(1012);
      }
    }

    @Test
    void refusesNewcomersMeanwhile() {
      start("drain: {over: 200ms}");
      WsConversation client = gateway.open();
      var stopped = gateway.stop();
      client.expectClose(1012, "SHUTTING_DOWN");

      HttpAnswer answer = WsConversation.refused(gateway.port(), valid());

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      logged(answer, "SHUTTING_DOWN");
      client.sendClose(1012).expectEof().close();
      TestGateway.done(stopped);
    }

    @Test
    void endsAtOnceWhenNobodyIsThere() {
      start("drain: {over: 20s}");

      TestGateway.done(gateway.stop());
    }
  }
}
