package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("How many connections of an address, and how fast, over real sockets")
@ExtendWith(LeakCheck.class)
final class ConnectLimitsTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String yaml) {
    gateway.start(yaml, () -> handler);
  }

  private WsConversation openFrom(String address) {
    return gateway.connectFrom(address).raw(valid().bytes()).expectUpgrade();
  }

  private HttpAnswer refusedFrom(String address, String kind) {
    HttpAnswer answer = gateway.connectFrom(address).raw(valid().bytes()).answerAndEnd();
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.kind()).isEqualTo(kind);
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getString("peer")).isEqualTo(address);
    return answer;
  }

  @Test
  void refusesOneMoreOfAnAddressUntilOneHasGone() {
    start("limits: { connectionsPerAddress: 2 }");
    WsConversation first = openFrom("127.0.0.2");
    openFrom("127.0.0.2");

    HttpAnswer answer = refusedFrom("127.0.0.2", "CONNECTION_LIMIT");

    assertThat(answer.header("Retry-After")).isEqualTo("1");
    WsConversation other = openFrom("127.0.0.3");
    first.bye();
    gateway.awaitOpen(2);
    openFrom("127.0.0.2").send("in its place").expect("in its place");
    other.bye();
  }

  @Test
  void givesThePlacesOfAnAddressBackHoweverItsConnectionsEnd() {
    start("limits: { connectionsPerAddress: 3, connectRate: unlimited }");

    for (int i = 0; i < 20; i++) {
      openFrom("127.0.0.2").reset();
      gateway.awaitNobody();
      openFrom("127.0.0.2").bye();
      gateway.awaitNobody();
      gateway.connectFrom("127.0.0.2").raw(valid().bytes()).reset();
    }

    gateway.awaitNobody();
    openFrom("127.0.0.2");
    openFrom("127.0.0.2");
    openFrom("127.0.0.2");
  }

  @Test
  void countsTheClientsBehindAProxyApart() {
    start("proxy: { trusted: [127.0.0.1/32] }\nlimits: { connectionsPerAddress: 1 }");
    gateway.open(valid().plus("X-Forwarded-For", "192.0.2.1"));
    gateway.open(valid().plus("X-Forwarded-For", "192.0.2.2"));

    HttpAnswer answer =
        WsConversation.refused(gateway.port(), valid().plus("X-Forwarded-For", "192.0.2.1"));

    assertThat(answer.status()).isEqualTo(429);
    assertThat(gateway.errors().awaitId(answer.ref()).getString("peer")).isEqualTo("192.0.2.1");
  }

  @Test
  void refusesWhoConnectsTooOften() {
    start("limits: { connectRate: 1/m, connectBurst: 3 }");
    for (int i = 0; i < 3; i++) {
      openFrom("127.0.0.2").bye();
    }

    HttpAnswer answer = refusedFrom("127.0.0.2", "CONNECTION_RATE");

    assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(50, 60);
    openFrom("127.0.0.3").bye();
  }

  @Test
  void advisesASecondAtLeast() {
    start("limits: { connectRate: 1/s, connectBurst: 1 }");
    openFrom("127.0.0.2").bye();

    assertThat(refusedFrom("127.0.0.2", "CONNECTION_RATE").header("Retry-After")).isEqualTo("1");
  }

  @Test
  void countsOnlyWhomTheEarlierChecksLetPass() {
    start("limits: { connectRate: 1/m, connectBurst: 1 }\nfirewall: { deny: [127.0.0.3/32] }");
    for (int i = 0; i < 3; i++) {
      WsConversation.refused(gateway.port(), valid().without("Upgrade"));
      WsConversation.refused(gateway.port(), valid().plus("Origin", "null"));
    }

    gateway.open().bye();
  }

  @Test
  void letsTheBurstInOfManyAtOnceAndNoMore() throws Exception {
    start("limits: { connectRate: 1/m, connectBurst: 100 }");
    ExecutorService clients = Executors.newFixedThreadPool(8);
    Callable<Integer> client =
        () -> {
          try (WsConversation conversation = WsConversation.connect(gateway.port())) {
            return conversation.raw(valid().bytes()).status();
          }
        };
    List<Future<Integer>> statuses = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      statuses.add(clients.submit(client));
    }

    int in = 0;
    for (Future<Integer> status : statuses) {
      assertThat(status.get()).isIn(101, 429);
      in += status.get() == 101 ? 1 : 0;
    }
    clients.shutdown();

    assertThat(in).isEqualTo(100);
  }
}
