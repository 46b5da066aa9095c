package io.drawbridge.auth.session;

import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.guard.AsyncApi;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.SteadyTime;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nodes on one event bus, from which each can be cut off. */
@DisplayName("Sessions over several nodes (contract, section 7)")
final class SessionsClusterTest {
  private static final AsyncApi API = new AsyncApi();

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2));

  @TempDir private Path folder = Path.of("");

  private final SteadyTime machine = new SteadyTime();
  private final List<JsonObject> told = new ArrayList<>();

  /** The ids of the nodes, by their names, as they announce them. */
  private final Map<String, String> ids = new ConcurrentHashMap<>();

  private final Set<String> cutOff = ConcurrentHashMap.newKeySet();

  SessionsClusterTest() {
    vertx.eventBus().addOutboundInterceptor(this::pass);
    vertx
        .eventBus()
        .<JsonObject>consumer(
            GuardBus.PRESENCE,
            event -> {
              synchronized (told) {
                told.add(event.body());
              }
            });
  }

  private void pass(DeliveryContext<Object> delivery) {
    String address = delivery.message().address();
    if (address.startsWith("drawbridge.sessions.")
        && delivery.message().body() instanceof JsonObject body) {
      if (address.endsWith(".members")) {
        ids.put(body.getString("node"), body.getString("id"));
      }
      for (String node : cutOff) {
        String id = ids.getOrDefault(node, "nobody");
        if (address.endsWith(id)
            || id.equals(body.getString("member"))
            || id.equals(body.getString("id"))) {
          return;
        }
      }
    }
    delivery.next();
  }

  /** One process with a secure edge. */
  private final class NodeOf {
    final String name;
    final SessionRegistry registry;

    /** What was ended from elsewhere. */
    final Queue<String> ended = new ConcurrentLinkedQueue<>();

    final Future<String> started;
    volatile String deployment = "";

    NodeOf(String name, String auth) {
      this.name = name;
      Node node = new Node(name, machine.time(), new SimpleMeterRegistry());
      this.registry = new SessionRegistry(Given.settings(auth), node);
      this.started =
          vertx
              .deployVerticle(new SessionsVerticle(folder.resolve(name), registry, node, true))
              .onSuccess(id -> deployment = id);
    }

    SessionVerdict open(String id, String user) {
      return open(id, claims(user));
    }

    SessionVerdict open(String id, Claims claims) {
      Session session = new Session(id, claims, name, "127.0.0.1", Instant.now());
      SessionVerdict verdict =
          registry.open(session, (kind, why) -> ended.add(id + ' ' + kind + ' ' + why));
      if (!(verdict instanceof SessionVerdict.Opened)) {
        return verdict;
      }
      CompletableFuture<SessionVerdict> counted = new CompletableFuture<>();
      registry.count(session, counted::complete);
      SessionVerdict known = counted.orTimeout(10, TimeUnit.SECONDS).join();
      if (known instanceof SessionVerdict.Refused) {
        registry.close(id);
      }
      return known;
    }
  }

  private static Claims claims(String user) {
    Instant now = Instant.now();
    return Given.claims(user, null, now, now.plusSeconds(600));
  }

  private List<NodeOf> start(String auth, String... names) {
    List<NodeOf> all = new ArrayList<>();
    for (String name : names) {
      all.add(new NodeOf(name, auth));
    }
    all.forEach(each -> done(each.started));
    awaitTrue(() -> all.stream().allMatch(each -> each.registry.isCounted()));
    return all;
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(condition);
  }

  private JsonObject ask(String address, JsonObject request) {
    return done(vertx.eventBus().<JsonObject>request(address, request)).body();
  }

  private JsonObject sessions(JsonObject request) {
    JsonObject answer = ask(GuardBus.SESSIONS, request);
    assertThat(API.fits("sessionsReply", answer)).as("described: %s", answer).isTrue();
    return answer;
  }

  private JsonObject who(JsonObject request) {
    JsonObject answer = ask(GuardBus.PRESENCE_LIST, request);
    assertThat(API.fits("presenceListReply", answer)).as("described: %s", answer).isTrue();
    return answer;
  }

  private static JsonObject op(String op) {
    return new JsonObject().put("op", op);
  }

  private List<String> told(String event, String user) {
    synchronized (told) {
      return told.stream()
          .filter(each -> event.equals(each.getString("event")))
          .filter(each -> user.equals(each.getString("user")))
          .map(each -> each.getString("node"))
          .toList();
    }
  }

  @AfterEach
  void stop() {
    done(vertx.close());
  }

  @Nested
  final class WhateverNodeIsAsked {

    @Test
    void listsTheSessionsOfAllInTheOrderOfTheirNames() {
      List<NodeOf> nodes = start("", "node-c", "node-a", "node-b");
      for (NodeOf each : nodes) {
        each.open("1-" + each.name, "ada");
        each.open("2-" + each.name, "bob");
      }

      for (int i = 0; i < 3; i++) {
        JsonObject answer = sessions(op("list").put("offset", 1).put("limit", 3));
        assertThat(answer.getInteger("total")).isEqualTo(6);
        assertThat(names(answer.getJsonArray("sessions"), "id"))
            .containsExactly("2-node-a", "1-node-b", "2-node-b");
      }
      assertThat(sessions(op("list").put("user", "ada")).getInteger("total")).isEqualTo(3);
    }

    @Test
    void kicksOnAll() {
      List<NodeOf> nodes = start("", "node-a", "node-b");
      nodes.forEach(each -> each.open("s-" + each.name, "ada"));

      assertThat(sessions(op("kick").put("user", "ada")).getInteger("kicked")).isEqualTo(2);

      nodes.forEach(
          each ->
              assertThat(each.ended).containsExactly("s-" + each.name + " SESSION_REVOKED kicked"));
    }

    @Test
    void countsEachUserOnceWithTheSessionsOfAll() {
      List<NodeOf> nodes = start("", "node-a", "node-b");
      nodes.get(0).open("s1", "ada");
      nodes.get(1).open("s2", "ada");
      nodes.get(1).open("s3", "bob");

      JsonObject answer = who(op("list"));
      assertThat(answer.getInteger("total")).isEqualTo(2);
      assertThat(names(answer.getJsonArray("users"), "user"))
          .containsExactlyInAnyOrder("ada", "bob");
      JsonObject ada = who(op("list").put("user", "ada")).getJsonArray("users").getJsonObject(0);
      assertThat(ada.getInteger("sessions")).isEqualTo(2);
    }

    @Test
    void saysWhichNodesHaveNotAnswered() {
      List<NodeOf> nodes = start("", "node-a", "node-b", "node-c");
      cutOff.add("node-c");

      JsonObject answer = sessions(op("kick").put("user", "nobody"));

      assertThat(answer.getJsonArray("missing")).isNotEmpty();
      assertThat(nodes).hasSize(3);
    }

    private List<String> names(JsonArray list, String field) {
      return list.stream().map(each -> ((JsonObject) each).getString(field)).toList();
    }
  }

  @Nested
  final class Revokes {

    @Test
    void onAllNodesBeforeItIsAnswered() throws Exception {
      List<NodeOf> nodes = start("", "node-a", "node-b", "node-c");
      Claims token = claims("ada");
      nodes.get(0).open("s1", token);
      nodes.get(1).open("s2", claims("ada"));

      assertThat(sessions(op("revoke").put("session", "s1")).getInteger("revoked")).isPositive();

      for (NodeOf each : nodes) {
        assertThat(each.registry.isRevoked(token)).as(each.name).isTrue();
      }
      awaitEqual(nodes);
      for (NodeOf each : nodes) {
        RevocationFile file = new RevocationFile(folder.resolve(each.name));
        awaitTrue(() -> file.load().size() == 1);
      }
    }

    @Test
    void onOneThatWasCutOffWhenItIsBack() {
      List<NodeOf> nodes = start("", "node-a", "node-b");
      NodeOf lost = nodes.get(1);
      lost.open("s1", "ada");
      cutOff.add("node-b");
      nodes.get(0).registry.revoke(new SessionFilter("ada", null, null), null, "");
      lost.registry.revoke(new SessionFilter(null, null, "stolen"), null, "");

      cutOff.clear();

      awaitEqual(nodes);
      assertThat(lost.ended).containsExactly("s1 SESSION_REVOKED revoked on another node");
      assertThat(nodes.get(0).registry.revocations()).hasSize(2);
    }

    @Test
    void onOneThatStartsLaterBeforeItServes() {
      NodeOf first = start("", "node-a").get(0);
      for (int i = 0; i < SessionPeers.PAGE + 1; i++) {
        first.registry.revoke(new SessionFilter(null, null, "j" + i), null, "");
      }

      NodeOf second = start("", "node-b").get(0);

      assertThat(second.registry.revocations()).hasSize(SessionPeers.PAGE + 1);
    }

    private void awaitEqual(List<NodeOf> nodes) {
      awaitTrue(
          () ->
              nodes.stream().map(each -> each.registry.revocationDigest()).distinct().count() == 1);
    }
  }

  @Nested
  final class AtMostSoManyAUser {

    @Test
    void replacesTheOldestOnWhicheverNodeItIs() {
      List<NodeOf> nodes = start("sessionsPerUser: 2", "node-a", "node-b", "node-c");
      for (int user = 0; user < 8; user++) {
        for (NodeOf each : nodes) {
          assertThat(each.open(each.name + user, "u" + user))
              .isInstanceOf(SessionVerdict.Opened.class);
        }
      }

      awaitTrue(() -> nodes.get(0).ended.size() == 8);
      assertThat(nodes.get(0).ended).allMatch(each -> each.contains(" SESSION_REPLACED "));
      assertThat(nodes.get(1).ended).isEmpty();
      assertThat(nodes.get(2).ended).isEmpty();
    }

    @Test
    void refusesTheNewestOnWhicheverNodeItIs() {
      List<NodeOf> nodes =
          start("sessionsPerUser: 2, onTooManySessions: refuse", "node-a", "node-b", "node-c");
      for (int user = 0; user < 8; user++) {
        nodes.get(0).open("a" + user, "u" + user);
        nodes.get(1).open("b" + user, "u" + user);
        assertThat(nodes.get(2).open("c" + user, "u" + user))
            .isEqualTo(
                new SessionVerdict.Refused(ErrorKind.CONNECTION_LIMIT, "the user has 2 sessions"));
      }
      assertThat(nodes.get(2).registry.size()).isZero();

      nodes.get(0).registry.close("a0");
      awaitTrue(() -> nodes.get(2).open("d", "u0") instanceof SessionVerdict.Opened);
    }

    @Test
    void isCountedByOthersWhenTheOneThatCountedIsGone() {
      String refuse = "sessionsPerUser: 1, onTooManySessions: refuse";
      List<NodeOf> nodes = start(refuse, "node-a", "node-b", "node-c");
      for (int user = 0; user < 8; user++) {
        nodes.get(0).open("a" + user, "u" + user);
      }

      done(vertx.undeploy(nodes.get(2).deployment));

      // Whoever counts a user by now is told of the sessions of node-a soon.
      awaitTrue(() -> who(op("list")).getInteger("total") == 8);
      for (int user = 0; user < 8; user++) {
        assertThat(nodes.get(1).open("b" + user, "u" + user))
            .isInstanceOf(SessionVerdict.Refused.class);
      }
    }

    @Test
    void letsAUserInWhereNobodyAnswers() {
      String refuse = "sessionsPerUser: 1, onTooManySessions: refuse";
      List<NodeOf> nodes = start(refuse, "node-a", "node-b");
      for (int user = 0; user < 4; user++) {
        nodes.get(1).open("b" + user, "u" + user);
      }
      cutOff.add("node-b");

      for (int user = 0; user < 4; user++) {
        int id = user;
        awaitTrue(() -> nodes.get(0).open("a" + id, "u" + id) instanceof SessionVerdict.Opened);
      }
    }
  }

  @Nested
  final class TellsWhoIsOn {

    @Test
    void andTheLeavesOfANodeThatIsGoneOnce() {
      List<NodeOf> nodes = start("", "node-a", "node-b", "node-c");
      nodes.get(0).open("s1", "ada");
      nodes.get(1).open("s2", "ada");
      awaitTrue(() -> told("join", "ada").size() == 2);

      cutOff.add("node-a");

      awaitTrue(() -> !told("leave", "ada").isEmpty());
      assertThat(told("leave", "ada")).containsExactly("node-a");
    }

    @Test
    void andTheJoinsOfOneThatIsBackAnew() {
      List<NodeOf> nodes = start("", "node-a", "node-b", "node-c");
      nodes.get(0).open("s1", "ada");
      awaitTrue(() -> told("join", "ada").size() == 1);
      cutOff.add("node-a");
      awaitTrue(() -> told("leave", "ada").size() == 1);

      cutOff.clear();

      awaitTrue(() -> told("join", "ada").size() == 2);
      nodes.get(0).registry.close("s1");
      awaitTrue(() -> told("leave", "ada").size() == 2);
    }

    @Test
    void andNothingTwiceOfANodeThatLeavesInOrder() {
      List<NodeOf> nodes = start("", "node-a", "node-b");
      nodes.get(0).open("s1", "ada");
      nodes.get(1).open("s2", "bob");
      awaitTrue(() -> told("join", "ada").size() == 1 && told("join", "bob").size() == 1);

      nodes.get(0).registry.close("s1");
      done(vertx.undeploy(nodes.get(0).deployment));
      nodes.get(1).registry.close("s2");

      awaitTrue(() -> told("leave", "bob").size() == 1);
      assertThat(told("leave", "ada")).containsExactly("node-a");
    }
  }
}
