package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static io.drawbridge.auth.bridge.BridgeEdge.unregister;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A service pushes to one user, wherever they are (contract, section 3.3)")
@ExtendWith(LeakCheck.class)
final class UserPushTest {
  private static final String ADDRESS = "drawbridge.user.42";

  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  @Test
  void reachesAllSessionsOfTheUserAndNobodyElse() {
    edge.start();
    WsConversation one = edge.client("42");
    WsConversation two = edge.client("42");
    WsConversation other = edge.client("4");
    assertThat(edge.hub.eventLoops(ADDRESS)).isPositive();

    edge.bus().publish(ADDRESS, "for you");

    one.expect(rec(ADDRESS, "for you").encode());
    two.expect(rec(ADDRESS, "for you").encode());
    other.send(PING).expect(PONG);
  }

  @Test
  void isHeardOnceByWhoRegistersToo() {
    edge.start();
    WsConversation client = register(edge.client("42"), ADDRESS);

    edge.bus().publish(ADDRESS, 1);
    edge.bus().publish(ADDRESS, 2);

    client.expect(rec(ADDRESS, 1).encode()).expect(rec(ADDRESS, 2).encode());
  }

  @Test
  void canNotBeUnregistered() {
    edge.start();
    WsConversation client = unregister(edge.client("42"), ADDRESS);

    edge.bus().publish(ADDRESS, "still");

    client.expect(rec(ADDRESS, "still").encode());
  }

  @Test
  void ofSomeUsersAtOnceReachesEach() {
    edge.start();
    List<WsConversation> clients =
        List.of(edge.client("a"), edge.client("b"), edge.client("c"), edge.client("d"));

    for (String user : List.of("a", "b", "c", "d")) {
      edge.bus().publish("drawbridge.user." + user, user);
    }

    for (int i = 0; i < clients.size(); i++) {
      String user = String.valueOf((char) ('a' + i));
      clients.get(i).expect(rec("drawbridge.user." + user, user).encode());
    }
  }
}
