package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.Deflated;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.ServerFrame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("One message to many clients: encoded once, in order, and nobody waits for the slow")
@ExtendWith(LeakCheck.class)
final class FanOutTest {
  private static final int AT_ONCE = 4;

  /** For 4,000 messages of 8 KiB to be read by one thread of a busy machine; a tenth of it does. */
  private static final Duration ON_TIME = Duration.ofSeconds(9);

  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  private List<WsConversation> listeners(int count) {
    List<WsConversation> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(edge.listener("client-" + i, "news"));
    }
    return clients;
  }

  @Test
  void reachesTheClientsOfAllEventLoopsOnce() {
    edge.start();
    List<WsConversation> clients = listeners(20);
    assertThat(edge.hub.eventLoops("news")).isEqualTo(2);

    for (int i = 0; i < 50; i++) {
      edge.bus().publish("news", i);
    }

    for (WsConversation client : clients) {
      for (int i = 0; i < 50; i++) {
        client.expect(rec("news", i).encode());
      }
      client.send(PING).expect(PONG).bye();
    }
  }

  @Test
  void keepsTheOrderOfEachPublisher() {
    edge.start();
    List<WsConversation> clients = listeners(6);
    int each = 300;
    for (int publisher = 0; publisher < 3; publisher++) {
      String name = "p" + publisher;
      gateway
          .vertx()
          .runOnContext(
              turn -> {
                for (int i = 0; i < each; i++) {
                  edge.bus().publish("news", new JsonObject().put("by", name).put("n", i));
                }
              });
    }

    for (WsConversation client : clients) {
      JsonObject last = new JsonObject();
      for (int i = 0; i < 3 * each; i++) {
        JsonObject body = next(client).getJsonObject("body");
        String by = body.getString("by");
        assertThat(body.getInteger("n")).isEqualTo(last.getInteger(by, -1) + 1);
        last.put(by, body.getInteger("n"));
      }
    }
  }

  @Test
  void twoThatNeverReadAreClosedAndAThousandOthersGetEverythingInOrderAndOnTime() {
    edge.start(
        TestGateway.UNLIMITED.replace(
            "{", "{outbound: 128KiB, connectionsPerAddress: unlimited, ping: 10m, "));
    List<WsConversation> clients = listeners(1_000);
    String filler = "x".repeat(8 * 1024);
    register(edge.authenticated(gateway.openNarrow(), "probe"), "news");
    int most = 0;
    for (; gateway.counted("drawbridge.errors", "kind", "SLOW_CONSUMER") < 1; most++) {
      edge.bus().publish("drawbridge.user.probe", filler);
      clients.get(0).send(PING).expect(PONG);
    }
    for (String slow : List.of("slow-1", "slow-2")) {
      register(edge.authenticated(gateway.openNarrow(), slow), "news");
      // They alone, up to a little less than they bear.
      for (int i = 0; i < most - 10; i++) {
        edge.bus().publish("drawbridge.user." + slow, filler);
      }
    }

    int published = 0;
    while (gateway.counted("drawbridge.errors", "kind", "SLOW_CONSUMER") < 3) {
      assertThat(published).as("published without an effect").isLessThan(1_000);
      long start = System.nanoTime();
      for (int i = 0; i < AT_ONCE; i++) {
        edge.bus().publish("news", published + i + filler);
      }
      for (WsConversation client : clients) {
        for (int i = 0; i < AT_ONCE; i++) {
          assertThat(next(client).getString("body")).isEqualTo(published + i + filler);
        }
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as("to all").isLessThan(ON_TIME);
      published += AT_ONCE;
    }

    clients.forEach(client -> client.send(PING).expect(PONG));
  }

  @Test
  void aLargeMessageIsWholeForEach() {
    edge.start();
    List<WsConversation> clients = listeners(4);
    String large = "größer".repeat(20_000);

    edge.bus().publish("news", "before");
    edge.bus().publish("news", large);
    edge.bus().publish("news", "behind");

    for (WsConversation client : clients) {
      client
          .expect(rec("news", "before").encode())
          .expect(rec("news", large).encode())
          .expect(rec("news", "behind").encode());
    }
  }

  @Test
  void aClientIsTalkedToInTheKindOfFrameThatItSentLast() {
    edge.start();
    WsConversation text = edge.listener("text", "news");
    WsConversation binary = edge.client("binary");
    binary
        .sendBinary(envelope("register", "news").encode().getBytes(UTF_8))
        .sendBinary(PING.getBytes(UTF_8))
        .expectBinary(PONG.getBytes(UTF_8));

    edge.bus().publish("news", "é");

    assertThat(text.next()).isEqualTo(frame(Opcode.TEXT, rec("news", "é")));
    assertThat(binary.next()).isEqualTo(frame(Opcode.BINARY, rec("news", "é")));
    binary.send(PING).expect(PONG);
    edge.bus().publish("news", "again");
    assertThat(binary.next()).isEqualTo(frame(Opcode.TEXT, rec("news", "again")));
  }

  private static ServerFrame frame(int opcode, JsonObject envelope) {
    return new ServerFrame(opcode, envelope.encode().getBytes(UTF_8));
  }

  @Test
  void aBinaryMessageThatIsNoUtf8IsRefusedLikeAnyThatIsNoJson() {
    edge.start();
    WsConversation client = edge.client("42").sendBinary((byte) '"', (byte) 0xFF, (byte) '"');

    JsonObject err = new JsonObject(client.next().text());

    assertThat(err.getString("body")).isEqualTo("invalid_json");
  }

  @Test
  void whoAgreedOnCompressionGetsItCompressed() {
    edge.start(TestGateway.UNLIMITED + "compression: {enabled: true}\n");
    WsConversation plain = edge.listener("plain", "news");
    WsConversation open =
        gateway
            .connect()
            .raw(
                HandshakeText.valid()
                    .plus("Sec-WebSocket-Extensions", "permessage-deflate")
                    .bytes())
            .expectUpgrade(
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    WsConversation compressing = register(edge.authenticated(open, "small"), "news");
    String body = "so much of the same ".repeat(50);

    edge.bus().publish("news", body);

    plain.expect(rec("news", body).encode());
    assertThat(new String(Deflated.inflated(compressing.compressed()), UTF_8))
        .isEqualTo(rec("news", body).encode());
  }

  @Test
  void clientsGoWithoutHarmWhileTheyAreToldSomething() {
    edge.start();
    List<WsConversation> clients = listeners(30);
    for (int i = 0; i < 300; i++) {
      edge.bus().publish("news", i);
      if (i % 10 == 0) {
        clients.remove(0).reset();
      }
    }
    WsConversation late = edge.listener("late", "news");
    edge.bus().publish("news", "to the last");
    JsonObject heard = next(late);
    while (!"to the last".equals(heard.getValue("body"))) {
      heard = next(late);
    }
    late.bye();
  }
}
