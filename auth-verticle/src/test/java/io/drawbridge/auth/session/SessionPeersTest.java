package io.drawbridge.auth.session;

import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName(
    "Sessions of several nodes: one answer for all, and no token believed by any that one does not")
final class SessionPeersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void close() {
    done(vertx.close());
  }

  /** A process as the others see it. */
  private final class Peer {
    final String name;
    final Node node;
    final SessionRegistry registry;
    final List<String> ended = new CopyOnWriteArrayList<>();
    String deployment = "";

    Peer(String name) {
      this.name = name;
      this.node = new Node(name, Time.system(), new SimpleMeterRegistry());
      this.registry = new SessionRegistry(Given.settings("sessionsPerUser: unlimited"), node);
    }

    Future<String> deploy() {
      return vertx
          .deployVerticle(new SessionsVerticle(folder.resolve(name), registry, node, true))
          .onSuccess(id -> deployment = id);
    }

    Peer start() {
      done(deploy());
      return this;
    }

    void stop() {
      done(vertx.undeploy(deployment));
    }

    boolean open(String id, Claims claims) {
      Session session = new Session(id, claims, name, "192.0.2.7", node.time().now());
      return registry.open(session, (kind, detail) -> ended.add(id + " " + kind))
          instanceof SessionVerdict.Opened;
    }
  }

  private static Claims claims(String user, String jti) {
    Instant now = Instant.now();
    return Given.claims(user, jti, now.minusSeconds(1), now.plusSeconds(600));
  }

  private Peer[] nodes(String... names) {
    Peer[] nodes = new Peer[names.length];
    Future<?>[] deployed = new Future<?>[names.length];
    for (int i = 0; i < names.length; i++) {
      nodes[i] = new Peer(names[i]);
      deployed[i] = nodes[i].deploy();
    }
    done(Future.all(List.of(deployed)));
    return nodes;
  }

  private JsonObject ask(String op, String field, String value) {
    return ask(new JsonObject().put("op", op).put(field, value));
  }

  private JsonObject ask(JsonObject request) {
    return done(vertx.eventBus().<JsonObject>request(GuardBus.SESSIONS, request)).body();
  }

  @Test
  void aKickReachesEveryNodeWhoeverIsAsked() {
    Peer[] nodes = nodes("a", "b", "c");
    for (int asked = 0; asked < nodes.length; asked++) {
      for (Peer each : nodes) {
        assertThat(each.open(each.name + asked, claims("42", each.name + asked))).isTrue();
      }

      assertThat(ask("kick", "user", "42")).isEqualTo(new JsonObject().put("kicked", 3));

      for (Peer each : nodes) {
        assertThat(each.ended).contains(each.name + asked + " SESSION_REVOKED");
      }
    }
  }

  @Test
  void aListIsTakenFromAllNodesInParts() {
    Peer[] nodes = nodes("a", "b", "c");
    for (Peer each : nodes) {
      for (int i = 0; i < 4; i++) {
        each.open(each.name + i, claims("42", each.name + i));
      }
    }

    for (int asked = 0; asked < nodes.length; asked++) {
      JsonObject all = ask("list", "user", "42");
      assertThat(all.getInteger("total")).isEqualTo(12);
      assertThat(ids(all)).hasSize(12).doesNotHaveDuplicates().contains("a0", "b3", "c2");
    }
    JsonObject part = ask(op("list").put("offset", 3).put("limit", 6));
    assertThat(part.getInteger("total")).isEqualTo(12);
    List<String> six = ids(part);
    assertThat(six).hasSize(6).doesNotHaveDuplicates();
    // The last of one node, all of the next, and the first of a third.
    assertThat(six.get(0)).endsWith("3");
    assertThat(six.subList(1, 5))
        .extracting(id -> id.charAt(1))
        .containsExactly('0', '1', '2', '3');
    assertThat(six.get(5)).endsWith("0");
  }

  private static JsonObject op(String op) {
    return new JsonObject().put("op", op);
  }

  private static List<String> ids(JsonObject answer) {
    JsonArray sessions = answer.getJsonArray("sessions");
    return sessions.stream().map(each -> ((JsonObject) each).getString("id")).toList();
  }

  @Test
  void whoIsOnIsToldOfAllNodes() {
    Peer[] nodes = nodes("a", "b");
    nodes[0].open("1", claims("42", "1"));
    nodes[1].open("2", claims("42", "2"));
    nodes[1].open("3", claims("43", "3"));

    JsonObject answer =
        done(vertx
                .eventBus()
                .<JsonObject>request(GuardBus.PRESENCE_LIST, op("list").put("user", "42")))
            .body();

    assertThat(answer.getInteger("total")).isEqualTo(2);
    assertThat(answer.getJsonArray("users"))
        .extracting(each -> ((JsonObject) each).getString("node"))
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aRevocationHoldsOnEveryNodeOnceItIsAnswered() {
    Peer[] nodes = nodes("a", "b", "c");
    Claims token = claims("42", "stolen");
    nodes[0].open("x", token);
    nodes[1].open("y", token);
    nodes[2].open("other", claims("42", "own"));

    assertThat(ask("revoke", "session", "y").getInteger("revoked")).isGreaterThanOrEqualTo(1);

    for (Peer each : nodes) {
      assertThat(each.registry.isRevoked(token)).as(each.name).isTrue();
      assertThat(each.open("again", token)).as(each.name).isFalse();
    }
    assertThat(nodes[0].ended).containsExactly("x SESSION_REVOKED");
    assertThat(nodes[1].ended).containsExactly("y SESSION_REVOKED");
    assertThat(nodes[2].ended).isEmpty();
  }

  @Test
  void aNodeThatComesLaterKnowsWhatWasRevokedBefore() {
    Peer[] nodes = nodes("a");
    Claims token = claims("42", "bad");
    ask("revoke", "jti", "bad");
    nodes[0].open("keeps", claims("43", "good"));

    Peer late = new Peer("b").start();

    assertThat(late.registry.isRevoked(token)).isTrue();
    assertThat(nodes[0].ended).isEmpty();
  }

  @Test
  void whatEachRevokedAloneAllKnowWhenTheyMeet() {
    // More than one message holds.
    int many = SessionPeers.PAGE + 500;
    Peer one = new Peer("a").start();
    for (int i = 0; i < many; i++) {
      one.registry.revoke(new SessionFilter(null, null, "jti-" + i), null, "");
    }
    one.stop();
    Peer other = new Peer("b").start();
    Claims live = claims("42", "jti-" + (many - 1));
    other.open("x", live);
    other.registry.revoke(new SessionFilter("44", null, null), null, "");

    one.start();

    await().atMost(PATIENCE).until(() -> other.registry.isRevoked(live));
    await().atMost(PATIENCE).until(() -> other.ended.contains("x SESSION_REVOKED"));
    await()
        .atMost(PATIENCE)
        .until(() -> one.registry.revocationDigest() == other.registry.revocationDigest());
    assertThat(one.registry.revocations()).hasSize(many + 1);
  }

  @Test
  void aNodeThatIsGoneIsMissedByNobodyForLong() {
    Peer[] nodes = nodes("a", "b");
    nodes[0].open("x", claims("42", "1"));
    nodes[1].stop();

    assertThat(ask("kick", "user", "42")).isEqualTo(new JsonObject().put("kicked", 1));
  }
}
