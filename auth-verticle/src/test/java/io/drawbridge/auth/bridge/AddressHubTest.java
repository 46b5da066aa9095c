package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static io.drawbridge.auth.bridge.BridgeEdge.unregister;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.Opcode;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("One consumer of a node and address, shared by its event loops")
@ExtendWith(LeakCheck.class)
final class AddressHubTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  /** Each has its client in turn, so these two are on the two event loops. */
  private WsConversation[] onBothLoops() {
    edge.start(TestGateway.UNLIMITED + "drain: {over: 100ms}\n");
    WsConversation one = register(edge.listener("one", "news"), "service");
    unregister(one, "service");
    WsConversation two = register(edge.listener("two", "news"), "service");
    assertThat(edge.hub.eventLoops("news")).isEqualTo(2);
    register(one, "service");
    return new WsConversation[] {one, two};
  }

  @Test
  void eventLoopsComeAndGoWithTheirClients() {
    WsConversation[] clients = onBothLoops();

    unregister(clients[0], "news");
    assertThat(edge.hub.eventLoops("news")).isEqualTo(1);
    edge.bus().publish("news", "to the one that is left");
    clients[1].expect(rec("news", "to the one that is left").encode());

    unregister(clients[1], "news");
    assertThat(edge.hub.eventLoops("news")).isZero();

    register(clients[0], "news");
    edge.bus().publish("news", "anew");
    clients[0].expect(rec("news", "anew").encode());
  }

  @Test
  void whereOneInstanceEndsTheOthersClientsHearOn() {
    WsConversation[] clients = onBothLoops();

    // The consumer of one of the two addresses goes with it.
    TestGateway.done(gateway.stop());

    gateway.awaitOpen(1);
    WsConversation left = stillOpen(clients);
    for (String address : List.of("news", "service")) {
      gateway.awaitTrue("moved", () -> isTaken(address));
      assertThat(next(left).getString("address")).isEqualTo(address);
      edge.bus().publish(address, "again");
      left.expect(rec(address, "again").encode());
    }
  }

  private static WsConversation stillOpen(WsConversation[] clients) {
    clients[0].send(PING);
    return clients[0].peek().opcode() == Opcode.CLOSE ? clients[1] : clients[0].expect(PONG);
  }

  /** Whether a request is with somebody, instead of failing at once. */
  private boolean isTaken(String address) {
    Future<Message<Object>> request = edge.bus().request(address, "?");
    TestGateway.done(gateway.vertx().timer(20));
    return !request.isComplete();
  }
}
