package io.drawbridge.connection;

import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static io.drawbridge.wire.ClientFrames.firstText;
import static io.drawbridge.wire.ClientFrames.join;
import static io.drawbridge.wire.ClientFrames.last;
import static io.drawbridge.wire.ClientFrames.middle;
import static io.drawbridge.wire.ClientFrames.ping;
import static io.drawbridge.wire.ClientFrames.pong;
import static io.drawbridge.wire.ClientFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Messages there and back, however TCP cuts or glues them")
@ExtendWith(LeakCheck.class)
final class ConnectionTest {
  private static final int MANY = 5_000;

  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation open(String yaml) {
    return gateway.start(yaml, () -> handler).open();
  }

  private static String message(int i) {
    return "message " + i;
  }

  private static byte[] messages(int count) {
    return join(IntStream.range(0, count).mapToObj(i -> text(message(i))).toArray(byte[][]::new));
  }

  private static WsConversation expectMessages(WsConversation client, int count) {
    for (int i = 0; i < count; i++) {
      client.expect(message(i));
    }
    return client;
  }

  @Test
  void carriesTextAndBinary() {
    open(UNLIMITED)
        .send("grüß dich, 世界 🌍")
        .expect("grüß dich, 世界 🌍")
        .sendBinary((byte) 0, (byte) 0xFF, (byte) 0x80)
        .expectBinary((byte) 0, (byte) 0xFF, (byte) 0x80)
        .bye();
  }

  @Test
  void carriesEmptyMessages() {
    open(UNLIMITED).send("").expect("").sendBinary().expectBinary().bye();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(
      ints = {125, 126, 127, 511, 512, 2_047, 2_048, 16_383, 16_384, 65_535, 65_536, 1_000_000})
  void carriesMessagesOfAnySize(int size) {
    byte[] payload = new byte[size];
    new Random(size).nextBytes(payload);
    WsConversation client =
        open(UNLIMITED + "echo: {limits: {frameSize: 1MiB, messageSize: 1MiB}}");

    client.sendBinary(payload).expectBinary(payload).send("next").expect("next").bye();
  }

  @Test
  void carriesAMessageThatComesByteByByte() {
    open(UNLIMITED).byteByByte(text("byte by byte")).expect("byte by byte").bye();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void carriesMessagesThatComeInAnyPieces(long seed) {
    WsConversation client = open(UNLIMITED).inPieces(messages(200), 40, seed);

    expectMessages(client, 200).bye();
  }

  @Test
  @DisplayName("thousands of messages in one write are all answered, in their order")
  void answersPipelinedMessagesInOrder() {
    expectMessages(open(UNLIMITED).raw(messages(MANY)), MANY).bye();
    assertThat(gateway.counted("drawbridge.messages.in")).isEqualTo(MANY);
    assertThat(gateway.counted("drawbridge.messages.out")).isEqualTo(MANY);
  }

  @Test
  void putsFragmentsTogetherWithControlFramesAmongThem() {
    open(UNLIMITED)
        .raw(join(firstText("one "), ping("a"), middle("two "), ping(""), last("three")))
        .expectPong("a")
        .expectPong("")
        .expect("one two three")
        .bye();
  }

  @Test
  void answersPingsInOrderWithMessages() {
    open(UNLIMITED)
        .raw(join(text("1"), ping("2"), text("3"), ping("4".repeat(125)), text("5")))
        .expect("1")
        .expectPong("2")
        .expect("3")
        .expectPong("4".repeat(125))
        .expect("5")
        .bye();
  }

  @Test
  void leavesPongsThatNobodyAskedForWithoutAnAnswer() {
    open(UNLIMITED).raw(pong("unasked")).send("hi").expect("hi").bye();
  }

  @Test
  @DisplayName("what follows a message that must be done first waits for it, and is not lost")
  void holdsAndReleases() {
    WsConversation client = open(UNLIMITED).raw(join(text(TalkingHandler.HOLD), messages(1_000)));
    gateway.awaitTrue("held", () -> handler.held() == 1);
    client.raw(text("the last"));

    assertThat(gateway.counted("drawbridge.messages.out")).isZero();
    handler.releaseAll();

    expectMessages(client, 1_000).expect("the last").bye();
  }

  @Test
  @DisplayName("a connection that ended while it was held ends once, and takes no other with it")
  void releasingAfterTheEndChangesNothing() {
    WsConversation gone = open(UNLIMITED).send(TalkingHandler.HOLD_AND_CLOSE);
    WsConversation other = gateway.open();
    gone.expectClose(1003, "UNSUPPORTED_DATA").sendClose(1003).expectEof();
    gateway.awaitOpen(1);

    handler.releaseAll();

    other.send("still there?").expect("still there?");
    gateway.awaitOpen(1);
    assertThat(handler.closed).hasValue(1);
    // It must still be known to those who send everybody away.
    var stopped = gateway.stop();
    other.expectClose(1012, "SHUTTING_DOWN").sendClose(1012).expectEof();
    TestGateway.done(stopped);
    gateway.awaitNobody();
  }

  @Test
  void servesManyConnectionsApart() {
    WsConversation first = open(UNLIMITED);
    WsConversation[] others =
        IntStream.range(0, 50).mapToObj(i -> gateway.open()).toArray(WsConversation[]::new);

    for (int i = 0; i < others.length; i++) {
      others[i].send(message(i));
    }

    for (int i = others.length - 1; i >= 0; i--) {
      others[i].expect(message(i)).bye();
    }
    first.send("still there").expect("still there").bye();
    gateway.awaitNobody();
    assertThat(handler.closed).hasValue(51);
  }
}
