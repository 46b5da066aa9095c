package io.drawbridge.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Peers that don't read: bounded memory, nothing lost, and an end")
@ExtendWith(LeakCheck.class)
final class BackpressureTest {
  private static final long MIB = 1024 * 1024;

  /** What the kernel may keep on the way there and back, by its defaults, and our own queue. */
  private static final long MOST_UNDER_WAY = 24 * MIB;

  private static final String NEVER_GIVES_UP =
      "limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited, pong: 60s}";
  private static final String GIVES_UP_SOON =
      "limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited, pong: 500ms}";

  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation openNarrow(String yaml) {
    return gateway.start(yaml, () -> handler).openNarrow();
  }

  @AfterEach
  void theServerServesOnAndCountsRight() {
    gateway.open().send("still there?").expect("still there?").bye();
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(handler.closed.get()).isEqualTo(handler.opened.get());
  }

  @Test
  @DisplayName("a peer that stops reading and resumes has lost nothing, and gets it in order")
  void losesNothing() {
    WsConversation client = openNarrow(NEVER_GIVES_UP);
    byte[] filler = new byte[60_000];
    int count = 300;
    byte[][] frames = new byte[2 * count][];
    for (int i = 0; i < count; i++) {
      frames[2 * i] = ClientFrames.text("message " + i);
      frames[2 * i + 1] = ClientFrames.binary(filler);
    }
    byte[] all = ClientFrames.join(frames);
    AtomicLong taken = client.flood(all, 1);

    // It is stuck when what was echoed fills all there is on the way to somebody who does not read.
    awaitStandstill();
    assertThat(taken).hasValue(0);

    for (int i = 0; i < count; i++) {
      client.expect("message " + i).expectBinary(filler);
    }
    client.bye();
  }

  /** Until the server has read nothing more for a while. */
  private void awaitStandstill() {
    AtomicLong before = new AtomicLong(-1);
    AtomicLong same = new AtomicLong();
    gateway.awaitTrue(
        "nothing is read any more",
        () -> {
          long now = (long) gateway.counted("drawbridge.bytes.in");
          boolean still = now > 0 && before.getAndSet(now) == now;
          return still ? same.incrementAndGet() > 15 : same.getAndSet(0) < 0;
        });
  }

  @Test
  void aPeerThatNeverReadsIsHeldUpAndThenClosed() {
    WsConversation client = openNarrow(GIVES_UP_SOON);
    client.flood(ClientFrames.binary(new byte[60_000]), 10_000);

    JsonObject event = gateway.errors().awaitKind("SLOW_CONSUMER");

    assertThat(event.getInteger("closeCode")).isEqualTo(1008);
    assertThat(gateway.counted("drawbridge.bytes.in")).isLessThan(MOST_UNDER_WAY);
    gateway.awaitNobody();
    client.expectGone();
  }

  @Test
  @DisplayName("pongs are queued within the bound, and then pings are not read any more")
  void aPeerThatNeverReadsPongsIsHeldUpAndThenClosed() {
    // Of a rate that lets a flood of pings through; where messages are unlimited, pings are not.
    WsConversation client =
        openNarrow(
            "limits: {messages: 1000000000/s, bytes: unlimited, keyMessages: unlimited,"
                + " outbound: 64KiB, pong: 500ms}");
    byte[][] pings = new byte[1_000][];
    Arrays.fill(pings, ClientFrames.ping("x".repeat(125)));
    AtomicLong taken = client.flood(ClientFrames.join(pings), 10_000);

    JsonObject event = gateway.errors().awaitKind("SLOW_CONSUMER");

    assertThat(event.getInteger("closeCode")).isEqualTo(1008);
    // The kernel's own buffers take some 40 MB of the 1,310.
    assertThat(taken.get()).isLessThan(64 * MIB);
    gateway.awaitNobody();
  }

  @Test
  @DisplayName("refusals are answers too: who never reads them is held up as well")
  void aPeerThatNeverReadsRefusalsIsHeldUpAndThenClosed() {
    WsConversation client =
        openNarrow("limits: {messages: 1/h, onLimit: reject, outbound: 64KiB, pong: 500ms}");
    byte[][] messages = new byte[5_000][];
    Arrays.fill(messages, ClientFrames.text("x"));
    AtomicLong taken = client.flood(ClientFrames.join(messages), 4_000);

    gateway.errors().awaitKind("SLOW_CONSUMER");

    // The kernel's own buffers take some 40 MB of the 140. What is sent during the half second of
    // the close is read and dropped, and doesn't count.
    assertThat(taken.get()).isLessThan(64 * MIB);
    gateway.awaitNobody();
  }

  @Test
  @DisplayName("what is sent unasked on top of a full queue closes the connection")
  void aPeerThatNeverReadsWhatIsPushed() {
    openNarrow("limits: {outbound: 256KiB, pong: 60s}").send(TalkingHandler.PUSH);

    JsonObject event = gateway.errors().awaitKind("SLOW_CONSUMER");

    assertThat(event.getInteger("closeCode")).isEqualTo(1008);
    assertThat(gateway.counted("drawbridge.bytes.out")).isLessThan(MOST_UNDER_WAY);
    gateway.awaitNobody();
  }

  @Test
  void aPeerThatVanishesWhileMuchIsQueuedForIt() {
    WsConversation client = openNarrow(NEVER_GIVES_UP);
    client.flood(ClientFrames.binary(new byte[60_000]), 10_000);
    awaitStandstill();

    client.reset();

    gateway.awaitNobody();
    gateway.errors().awaitKind("CONNECTION_LOST");
  }
}
