package io.drawbridge.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Over a limit of messages or bytes: throttled, refused or closed")
@ExtendWith(LeakCheck.class)
final class ThrottlingTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation open(String yaml) {
    return gateway.start(yaml, () -> handler).open();
  }

  private static byte[] messages(int count) {
    return ClientFrames.join(
        IntStream.range(0, count)
            .mapToObj(i -> ClientFrames.text("message " + i))
            .toArray(byte[][]::new));
  }

  private JsonObject logged(WsConversation client) {
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo("RATE_LIMITED");
    return event;
  }

  @AfterEach
  void theServerServesOn() {
    gateway.open().send("still there?").expect("still there?").bye();
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(handler.closed.get()).isEqualTo(handler.opened.get());
  }

  @Test
  @DisplayName("throttle: told once, nothing lost, order kept, and not faster than the limit")
  void throttles() {
    WsConversation client = open("limits: {messages: 20/s, keyMessages: unlimited}");
    long before = System.nanoTime();

    // What is left of them takes a second: were it more, a pause of one would be told as another.
    client.raw(messages(40));

    for (int i = 0; i < 20; i++) {
      client.expect("message " + i);
    }
    client.expectErrorLine("reading goes on in");
    for (int i = 20; i < 40; i++) {
      client.expect("message " + i);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(950));
    client.bye();
    logged(client);
    assertThat(gateway.counted("drawbridge.throttled")).isEqualTo(1);
    assertThat(gateway.errors().count("RATE_LIMITED")).isEqualTo(1);
  }

  @Test
  void throttlesPingsToo() {
    WsConversation client = open("limits: {messages: 2/s, keyMessages: unlimited}");

    client.raw(pings(4)).expectPong("0").expectPong("1").expectErrorLine("reading goes on in");

    client.expectPong("2").expectPong("3").bye();
  }

  @Test
  @DisplayName("a ping flood is slowed down where messages are unlimited, and messages are not")
  void throttlesPingsWhereMessagesAreUnlimited() {
    WsConversation client = open(TestGateway.UNLIMITED);
    Instant before = Instant.now();

    client.raw(ClientFrames.join(messages(200), pings(200)));

    for (int i = 0; i < 200; i++) {
      client.expect("message " + i);
    }
    int passed = pongs(client);
    assertThat(passed).isBetween(100, 199);
    client.expectErrorLine("reading goes on in");
    for (int i = passed; i < 200; i++) {
      client.expectPong("" + i);
    }
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(900));
    client.bye();
    logged(client);
  }

  @Test
  void closesForAPingFloodWhereItIsTold() {
    WsConversation client =
        open("limits: {messages: unlimited, keyMessages: unlimited, onLimit: close}");

    client.raw(pings(500));

    assertThat(pongs(client)).isBetween(100, 499);
    client.expectClose(1013, "RATE_LIMITED").sendClose(1013).expectEof();
  }

  /** How many pongs come before something else: the burst, and what the time it took has given. */
  private static int pongs(WsConversation client) {
    int count = 0;
    while (client.peek().opcode() == Opcode.PONG) {
      client.expectPong("" + count++);
    }
    return count;
  }

  private static byte[] pings(int count) {
    return ClientFrames.join(
        IntStream.range(0, count).mapToObj(i -> ClientFrames.ping("" + i)).toArray(byte[][]::new));
  }

  @Test
  void throttlesByBytes() {
    WsConversation client =
        open(
            "limits: {messages: unlimited, bytes: 10KiB/s, messageSize: 4KiB, frameSize: 4KiB,"
                + " keyMessages: unlimited}");
    String large = "x".repeat(4_096);

    client.raw(
        ClientFrames.join(
            ClientFrames.text(large), ClientFrames.text(large), ClientFrames.text(large)));

    client.expect(large).expect(large).expectErrorLine("reading goes on in").expect(large).bye();
    logged(client);
  }

  @Test
  void closesWhoIsThrottledForTooLong() {
    WsConversation client =
        open("limits: {messages: 5/s, keyMessages: unlimited, throttledFor: 600ms}");

    client.raw(messages(100));

    for (int i = 0; i < 5; i++) {
      client.expect("message " + i);
    }
    client.expectErrorLine("reading goes on in");
    String line = client.ref();
    int next = 5;
    for (var frame = client.peek(); frame.text().startsWith("message"); frame = client.peek()) {
      client.expect("message " + next++);
    }
    client.expectClose(1013, "RATE_LIMITED");
    assertThat(client.retrySeconds()).isPositive();
    assertThat(client.ref()).isNotEqualTo(line);
    assertThat(logged(client).getInteger("closeCode")).isEqualTo(1013);
    client.sendClose(1013).expectEof();
  }

  @Test
  @DisplayName("reject: each message too many is refused and told so, those after it are served")
  void rejects() {
    WsConversation client =
        open("limits: {messages: 3/s, keyMessages: unlimited, onLimit: reject}");

    client.raw(messages(5));

    client.expect("message 0").expect("message 1").expect("message 2");
    client.expectErrorLine("refused");
    logged(client);
    client.expectErrorLine("refused");
    logged(client);
    // As soon as there is a permit again, messages pass again.
    gateway.awaitTrue(
        "a message passes",
        () -> {
          client.send("again");
          return client.text().equals("again");
        });
    client.bye();
  }

  @Test
  void closes() {
    WsConversation client = open("limits: {messages: 3/s, keyMessages: unlimited, onLimit: close}");

    client.raw(messages(5));

    client.expect("message 0").expect("message 1").expect("message 2");
    client.expectClose(1013, "RATE_LIMITED");
    assertThat(client.retrySeconds()).isEqualTo(1);
    assertThat(logged(client).getInteger("closeCode")).isEqualTo(1013);
    client.sendClose(1013).expectEof();
  }
}
