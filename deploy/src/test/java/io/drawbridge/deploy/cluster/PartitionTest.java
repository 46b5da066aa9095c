package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(
    named = "CI",
    matches = ".+",
    disabledReason = "takes minutes: runs where the variable CI is set")
@DisplayName("A cluster that is cut in two")
final class PartitionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void needsNamespaces() throws InterruptedException {
    Network.isNeeded();
  }

  @Test
  void servesOnBothSidesAndAgreesAgainWhenItIsWhole() throws Exception {
    try (Network network = Network.of(5);
        Nodes nodes = Nodes.over(network, folder)) {
      nodes
          .with("limits.ping", "10m")
          .with(
              "bridge.inbound",
              "[{address: drawbridge.guard.bans}, {address: drawbridge.sessions}]");
      NodeProcess guardHere = nodes.launch("guard,ops");
      NodeProcess here = nodes.launch("auth,ops");
      NodeProcess guardThere = nodes.launch("guard,ops");
      NodeProcess there = nodes.launch("auth,ops");
      NodeProcess alone = nodes.launch("echo,ops");
      for (NodeProcess each : List.of(guardHere, here, guardThere, there, alone)) {
        each.awaitReady().awaitNodes(5);
      }
      Admin adminHere = new Admin(here, nodes.token("admin"));
      Admin adminThere = new Admin(there, nodes.token("admin"));
      String ada = nodes.token("ada");
      String bob = nodes.token("bob");
      String carl = nodes.token("carl");
      WsConversation withoutCluster = open(alone, "echo");

      network.cut(List.of(0, 1), List.of(2, 3, 4));
      network.cut(List.of(2, 3), List.of(4));
      guardHere.awaitNodes(2);
      guardThere.awaitNodes(2);
      alone.awaitNodes(1);

      // Each side goes on, with a guard of its own.
      adminHere.ban("user:ada");
      adminThere.ban("user:bob");
      adminHere.revoke("carl");
      refused(here, ada);
      refused(there, bob);
      invalid(here, carl);
      // And one without a guard says so, and serves by its policy.
      assertThat(alone.check("guard").getString("status")).isEqualTo("DOWN");
      withoutCluster.send("alone?").expect("Server received: alone?");

      network.heal();

      for (NodeProcess each : List.of(guardHere, here, guardThere, there, alone)) {
        each.awaitNodes(5);
      }
      await().atMost(PATIENCE).until(alone::isReady);
      for (NodeProcess each : List.of(here, there)) {
        refused(each, ada);
        refused(each, bob);
        invalid(each, carl);
      }
      assertThat(adminHere.bans()).isEqualTo(adminThere.bans());
      withoutCluster.send("and now?").expect("Server received: and now?").bye();
    }
  }

  private static WsConversation open(NodeProcess node, String edge) {
    return WsConversation.connect(node.host(), node.port(edge))
        .raw(HandshakeText.valid().bytes())
        .expectUpgrade();
  }

  private static void refused(NodeProcess node, String token) {
    soon(() -> open(node, "auth").send(token).expectClose(CloseCode.FORBIDDEN, "BANNED"));
  }

  private static void invalid(NodeProcess node, String token) {
    soon(() -> open(node, "auth").send(token).expect("Invalid Token"));
  }

  /** The tables of all edges are equal so soon after they are one cluster. */
  private static void soon(ThrowingRunnable assertion) {
    await().atMost(Duration.ofSeconds(15)).untilAsserted(assertion);
  }

  /** Somebody who may ask the guard, by the bridge of one node. */
  private static final class Admin {
    private final WsConversation session;

    Admin(NodeProcess node, String token) {
      session = open(node, "auth").send(token).expect("Authenticated!");
    }

    private JsonObject ask(String address, JsonObject body) {
      return new JsonObject(session.send(Callers.request(address, body)).text());
    }

    void ban(String subject) {
      JsonObject body = new JsonObject().put("op", "ban").put("subject", subject);
      body.put("forMs", 600_000);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                JsonObject answer = ask("drawbridge.guard.bans", body);
                assertThat(answer.getString("type")).as(answer.encode()).isEqualTo("rec");
              });
    }

    void revoke(String user) {
      JsonObject answer =
          ask("drawbridge.sessions", new JsonObject().put("op", "revoke").put("user", user));
      assertThat(answer.getString("type")).as(answer.encode()).isEqualTo("rec");
    }

    String bans() {
      return ask("drawbridge.guard.bans", new JsonObject().put("op", "list")).encode();
    }
  }
}
