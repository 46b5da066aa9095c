package io.drawbridge.connection;

import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every error of a connection, caused for real: told, logged, survived")
@ExtendWith(LeakCheck.class)
final class ConnectionErrorsTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation open(String yaml) {
    return gateway.start(yaml, () -> handler).open();
  }

  /** What the client was told of stands in the error log. */
  private JsonObject logged(WsConversation client, String kind, int closeCode) {
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getInteger("closeCode")).isEqualTo(closeCode == 0 ? null : closeCode);
    assertThat(event.getString("edge")).isEqualTo("echo");
    assertThat(event.getString("node")).isEqualTo("node-test");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    return event;
  }

  @AfterEach
  void theServerServesOnAndCountsRight() {
    gateway.open().send("still there?").expect("still there?").bye();
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(handler.closed.get()).isEqualTo(handler.opened.get());
  }

  private static byte[] invalidUtf8() {
    return ClientFrames.of(Opcode.TEXT, (byte) 'a', (byte) 0xC3, (byte) 0x28).bytes();
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        Arguments.of("unmasked", ClientFrames.of(Opcode.TEXT, "x").unmasked().bytes(), 1002),
        Arguments.of("RSV1", ClientFrames.of(Opcode.TEXT, "x").reserved(4).bytes(), 1002),
        Arguments.of("opcode 3", ClientFrames.of(3, "x").bytes(), 1002),
        Arguments.of("a continuation of nothing", ClientFrames.last("x"), 1002),
        Arguments.of("a long ping", ClientFrames.ping("x".repeat(126)), 1002),
        Arguments.of("close code 1005", ClientFrames.close(1005, ""), 1002),
        Arguments.of("bad UTF-8", invalidUtf8(), 1007),
        Arguments.of(
            "bad UTF-8 in a close reason", ClientFrames.close(1000, new byte[] {-1}), 1007),
        Arguments.of("a frame of 65,537 bytes", ClientFrames.binary(new byte[65_537]), 1009),
        Arguments.of(
            "the header of one of 1 TiB",
            ClientFrames.of(Opcode.BINARY).declaring(1L << 40).bytes(),
            1009),
        Arguments.of(
            "fragments that sum up to 65,537 bytes",
            ClientFrames.join(
                ClientFrames.firstText("x".repeat(65_000)), ClientFrames.last("x".repeat(537))),
            1009),
        Arguments.of(
            "101 fragments",
            ClientFrames.join(
                Stream.concat(
                        Stream.of(ClientFrames.firstText("x")),
                        Stream.generate(() -> ClientFrames.middle("x")).limit(100))
                    .toArray(byte[][]::new)),
            1009));
  }

  private static String kind(int code) {
    return switch (code) {
      case 1002 -> "PROTOCOL_ERROR";
      case 1007 -> "INVALID_UTF8";
      default -> "MESSAGE_TOO_BIG";
    };
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("violations")
  void whatBreaksTheProtocol(String what, byte[] bytes, int code) {
    WsConversation client = open(UNLIMITED);

    client.raw(ClientFrames.join(ClientFrames.text("before"), bytes));

    client.expect("before").expectClose(code, kind(code)).expectEof();
    assertThat(client.retrySeconds()).as(what).isZero();
    assertThat(logged(client, kind(code), code).getString("detail")).isNotEmpty();
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("violations")
  void whatBreaksTheProtocolInPieces(String what, byte[] bytes, int code) {
    WsConversation client = open(UNLIMITED);

    try {
      client.inPieces(bytes, Math.max(7, bytes.length / 10), what.hashCode());
    } catch (UncheckedIOException e) {
      // The server hangs up at the first byte that is wrong.
    }

    client.expectClose(code, kind(code));
    logged(client, kind(code), code);
  }

  @Test
  void aHandlerThatCloses() {
    WsConversation client = open(UNLIMITED).send(TalkingHandler.CLOSE);

    client.expectClose(1003, "UNSUPPORTED_DATA").sendClose(1003).expectEof();

    assertThat(logged(client, "UNSUPPORTED_DATA", 1003).getString("detail")).isEqualTo("asked to");
  }

  @Test
  @DisplayName("a handler that throws is told as 1011, and nothing of the inside with it")
  void aHandlerThatThrows() {
    WsConversation client = open(UNLIMITED).send("fine").send(TalkingHandler.THROW);

    client.expect("fine").expectClose(1011, "INTERNAL_ERROR");
    assertThat(client.retrySeconds()).isEqualTo(1);
    client.sendClose(1011).expectEof();

    logged(client, "INTERNAL_ERROR", 1011);
    assertThat(gateway.errors().text()).doesNotContain("on purpose", "IllegalState", "\tat ");
  }

  @Test
  void aPeerThatAnswersNoPing() {
    WsConversation client = open("limits: {ping: 200ms, pong: 200ms}");

    client.expectPing().expectClose(3008, "IDLE_TIMEOUT").expectEof();

    assertThat(client.retrySeconds()).isEqualTo(1);
    logged(client, "IDLE_TIMEOUT", 3008);
  }

  @Test
  void noPeerThatAnswersPingsOrSaysAnythingElse() {
    WsConversation client = open("limits: {ping: 200ms, pong: 5s}");

    for (int i = 0; i < 3; i++) {
      client.expectPing().raw(ClientFrames.pong(""));
    }
    for (int i = 0; i < 3; i++) {
      client.expectPing().send("busy").expect("busy");
    }

    client.bye();
    assertThat(gateway.errors().count("IDLE_TIMEOUT")).isZero();
  }

  @Test
  void aPeerThatVanishesByAReset() {
    open(UNLIMITED).send("hi").expect("hi").reset();

    JsonObject event = gateway.errors().awaitKind("CONNECTION_LOST");
    assertThat(event.getInteger("closeCode")).isEqualTo(1006);
  }

  @Test
  void aPeerThatVanishesByAPlainEnd() {
    open(UNLIMITED).send("hi").expect("hi").close();

    gateway.errors().awaitKind("CONNECTION_LOST");
  }

  @Test
  @DisplayName("a peer that ends its direction without a Close frame gets its answers, and the end")
  void aPeerThatHalfCloses() {
    open(UNLIMITED).send("hi").expect("hi").halfClose().expectEof();

    gateway.errors().awaitKind("CONNECTION_LOST");
  }

  @Test
  void aPeerThatVanishesInTheMiddleOfAMessage() {
    open(UNLIMITED).raw(ClientFrames.of(Opcode.TEXT, "half").declaring(60_000).bytes()).reset();

    gateway.errors().awaitKind("CONNECTION_LOST");
  }

  @Test
  void nothingIsLoggedOfAConnectionThatEndsWell() {
    open(UNLIMITED).send("hi").expect("hi").bye();
    gateway.awaitNobody();

    // Were there an event of the first connection, it would stand before this one.
    gateway.open().reset();

    gateway.errors().awaitKind("CONNECTION_LOST");
    assertThat(gateway.errors().events()).hasSize(1);
  }
}
