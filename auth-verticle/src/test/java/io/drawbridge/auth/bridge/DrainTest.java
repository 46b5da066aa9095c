package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A node that drains sends nobody away in the middle of a request")
@ExtendWith(LeakCheck.class)
final class DrainTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  private static String ask(String replyAddress) {
    return envelope("send", "service").put("body", 1).put("replyAddress", replyAddress).encode();
  }

  private void start() {
    edge.startAlone(TestGateway.UNLIMITED + "drain: {over: 100ms}\n");
  }

  private static Message<Object> taken(BlockingQueue<Message<Object>> requests)
      throws InterruptedException {
    Message<Object> request = requests.poll(10, TimeUnit.SECONDS);
    assertThat(request).as("a request").isNotNull();
    return request;
  }

  /** Begins to drain: who had nothing open is away by now. */
  private Future<Void> draining() {
    WsConversation idle = edge.client("43");
    Future<Void> stopped = gateway.stop();
    idle.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    return stopped;
  }

  @Test
  void whatWasTakenIsAnsweredFirst() throws InterruptedException {
    start();
    BlockingQueue<Message<Object>> requests = edge.service("service", request -> {});
    WsConversation client = edge.client("42").send(ask("r"));
    Message<Object> request = taken(requests);
    Future<Void> stopped = draining();
    gateway.vertx().runOnContext(later -> request.reply("answered"));

    client.expect(rec("r", "answered").encode());
    client.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    TestGateway.done(stopped);
  }

  @Test
  void whatComesBehindItIsNotTaken() throws InterruptedException {
    start();
    BlockingQueue<Message<Object>> requests = edge.service("service", request -> {});
    WsConversation client = edge.client("42").send(ask("r"));
    Message<Object> request = taken(requests);
    Future<Void> stopped = draining();
    // Both were due before it, so by now nothing more is read.
    client.send(PING).send(ask("late"));
    gateway.vertx().setTimer(300, later -> request.reply("answered"));

    client.expect(rec("r", "answered").encode());
    client.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    TestGateway.done(stopped);
    assertThat(requests).isEmpty();
  }

  @Test
  void aClientThatServesAnswersWhatItWasGiven() {
    start();
    WsConversation client = edge.listener("42", "service");
    Future<Message<Object>> asked = edge.bus().request("service", "?");
    JsonObject request = next(client);
    Future<Void> stopped = draining();
    client.send(envelope("send", request.getString("replyAddress")).put("body", "!").encode());

    assertThat(TestGateway.done(asked).body()).isEqualTo("!");
    client.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    TestGateway.done(stopped);
  }

  @Test
  void whoseAnswerNeverComesIsSentAwayAllTheSame() throws InterruptedException {
    start();
    BlockingQueue<Message<Object>> requests = edge.service("service", request -> {});
    WsConversation client = edge.client("42").send(ask("r"));
    taken(requests);

    TestGateway.done(gateway.stop());

    client.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
  }
}
