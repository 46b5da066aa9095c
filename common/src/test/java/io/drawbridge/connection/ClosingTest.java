package io.drawbridge.connection;

import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The closing handshake (RFC 6455 §7), in every order")
@ExtendWith(LeakCheck.class)
final class ClosingTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private int connections = 1;

  private WsConversation open() {
    return gateway.start(UNLIMITED, () -> handler).open();
  }

  @AfterEach
  void endsOnceAndGivesItsPlaceBack() {
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(handler.opened).hasValue(connections);
    assertThat(handler.closed).hasValue(connections);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1000, 1001, 1011, 3000, 3999, 4000, 4999})
  void answersWithTheSameCode(int code) {
    open()
        .raw(ClientFrames.close(code, "a reason that is not repeated"))
        .expectCloseAnswer(code)
        .expectEof();

    assertThat(gateway.errors().text()).isEmpty();
  }

  @Test
  void answersACloseWithoutACodeWithoutACode() {
    open().raw(ClientFrames.close()).expectCloseAnswer(1005).expectEof();
  }

  @Test
  void answersWhatCameBeforeTheClose() {
    open()
        .raw(
            ClientFrames.join(
                ClientFrames.text("1"), ClientFrames.ping("2"), ClientFrames.close(1000, "")))
        .expect("1")
        .expectPong("2")
        .expectCloseAnswer(1000)
        .expectEof();
  }

  @Test
  void ignoresWhatComesBehindAClose() {
    open()
        .raw(
            ClientFrames.join(
                ClientFrames.close(1000, ""),
                ClientFrames.text("too late"),
                ClientFrames.ping("too late"),
                ClientFrames.close(1002, ""),
                new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2, 3}))
        .expectCloseAnswer(1000)
        .expectEof();

    assertThat(gateway.errors().text()).isEmpty();
  }

  @Test
  @DisplayName("the server closes TCP first, even where the client keeps its own side open")
  void endsTcpSoonAfterTheAnswer() {
    WsConversation client = open().sendClose(1000).expectCloseAnswer(1000).expectEof();

    // The client never closes its socket: the server does not wait for that.
    gateway.awaitNobody();
    client.close();
  }

  @Test
  void weCloseAndTheyAnswer() {
    open()
        .send(TalkingHandler.CLOSE)
        .expectClose(1003, "UNSUPPORTED_DATA")
        .sendClose(1003)
        .expectEof();
  }

  @Test
  void weCloseAndTheyAnswerWithAnotherCode() {
    open()
        .send(TalkingHandler.CLOSE)
        .expectClose(1003, "UNSUPPORTED_DATA")
        .sendClose(4000)
        .expectEof();
  }

  @Test
  void bothCloseAtOnce() {
    open()
        .raw(
            ClientFrames.join(
                ClientFrames.text(TalkingHandler.CLOSE), ClientFrames.close(1000, "")))
        .expectClose(1003, "UNSUPPORTED_DATA")
        .expectEof();
  }

  @Test
  void nothingIsHandledOrAnsweredAfterWeHaveClosed() {
    open()
        .raw(
            ClientFrames.join(
                ClientFrames.text(TalkingHandler.CLOSE),
                ClientFrames.text("too late"),
                ClientFrames.text(TalkingHandler.THROW),
                ClientFrames.ping("too late")))
        .expectClose(1003, "UNSUPPORTED_DATA")
        .sendClose(1003)
        .expectEof();

    assertThat(gateway.errors().count("INTERNAL_ERROR")).isZero();
  }

  @Test
  void whatTheySendBetweenOurCloseAndTheirsIsIgnored() {
    open()
        .send(TalkingHandler.CLOSE)
        .expectClose(1003, "UNSUPPORTED_DATA")
        .send("too late")
        .ping("too late")
        .raw(ClientFrames.firstText("too late, and only half"))
        .sendClose(1003)
        .expectEof();
  }

  @Test
  void aCloseFrameByteByByte() {
    open()
        .byteByByte(ClientFrames.close(4001, "in its own time, ✓"))
        .expectCloseAnswer(4001)
        .expectEof();
  }

  @Test
  @DisplayName("who closes gets the answers to all before, even if it reads them late")
  void theyCloseAndReadLate() {
    gateway.start(
        "limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited, outbound: 64MiB}",
        () -> handler);
    WsConversation client = gateway.openNarrow();
    byte[] large = new byte[60_000];
    byte[][] frames = new byte[81][];
    Arrays.fill(frames, ClientFrames.binary(large));
    frames[80] = ClientFrames.close(1000, "");
    client.flood(ClientFrames.join(frames), 1);

    // The kernel's buffers don't hold as much: part of it, and our Close, wait in our queue.
    await()
        .during(Duration.ofMillis(900))
        .atMost(WsConversation.PATIENCE)
        .until(() -> gateway.counted("drawbridge.closes") == 1);

    for (int i = 0; i < 80; i++) {
      client.expectBinary(large);
    }
    client.expectCloseAnswer(1000).expectEof();
  }

  @Test
  void garbageInPlaceOfTheirAnswerEndsItAtOnce() {
    open()
        .send(TalkingHandler.CLOSE)
        .expectClose(1003, "UNSUPPORTED_DATA")
        .raw(new byte[] {(byte) 0xFF, (byte) 0xFF})
        .expectEof();

    assertThat(gateway.errors().count("PROTOCOL_ERROR")).isZero();
  }

  @Test
  @DisplayName("who never answers our Close frame is cut, after time enough to answer")
  void theyNeverAnswer() {
    WsConversation client = open();
    long before = System.nanoTime();
    client.send(TalkingHandler.CLOSE).expectClose(1003, "UNSUPPORTED_DATA").expectGone();

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(4));
  }

  @Test
  void theyVanishInsteadOfAnswering() {
    open().send(TalkingHandler.CLOSE).expectClose(1003, "UNSUPPORTED_DATA").reset();

    gateway.awaitNobody();
    assertThat(gateway.errors().count("CONNECTION_LOST")).isZero();
  }

  @Test
  void theyEndTheirDirectionInsteadOfAnswering() {
    open().send(TalkingHandler.CLOSE).expectClose(1003, "UNSUPPORTED_DATA").halfClose().expectEof();
  }

  @Test
  void theyCloseAndEndTheirDirectionAtOnce() {
    open().send("hi").sendClose(1000).halfClose().expect("hi").expectCloseAnswer(1000).expectEof();
  }

  @Test
  void theySendBehindTheirClose() {
    open()
        .raw(ClientFrames.join(ClientFrames.close(1000, ""), ClientFrames.text("too late")))
        .expectCloseAnswer(1000)
        .send("later still")
        .expectEof();
  }

  /** What comes between our last read and our close makes the kernel send a reset. */
  @Test
  void theySendBehindTheirCloseInTheMomentThatItIsAnswered() {
    WsConversation client = open();
    for (int i = 0; i < 300; i++) {
      long now = System.nanoTime();
      client.sendClose(1000);
      while (System.nanoTime() - now < 1_000L * (i % 100)) {
        Thread.onSpinWait();
      }
      client.send("too late").expectCloseAnswer(1000).expectEof().close();
      client = gateway.open();
      connections++;
    }
  }

  @Test
  void theyCloseAndVanish() {
    open().sendClose(1000).reset();

    gateway.awaitNobody();
  }

  @Test
  void aHeldConnectionThatIsClosedByUsStillHearsTheAnswer() {
    WsConversation client = open().send(TalkingHandler.HOLD);
    gateway.awaitTrue("held", () -> handler.held() == 1);

    var stopped = gateway.stop();
    client.expectClose(1012, "SHUTTING_DOWN").sendClose(1012).expectEof();

    TestGateway.done(stopped);
    handler.releaseAll();
  }
}
