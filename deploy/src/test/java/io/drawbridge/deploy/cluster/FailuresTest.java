package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.Servers;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.ServerFrame;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What holds in a cluster, whatever is killed or frozen")
final class FailuresTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern REF = Pattern.compile("\\[ref ([^\\]]+)]");

  @TempDir private Path folder = Path.of("");

  private static JsonObject op(String op) {
    return new JsonObject().put("op", op);
  }

  // --- guards -----------------------------------------------------------------------------------

  @Test
  void aGuardThatIsKilledTakesNoBanAndNoErrorWithIt() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      // Each of them has a line of its own.
      nodes.with("guard.perPeerPerMinute", "1000");
      NodeProcess first = nodes.start("guard,ops");
      NodeProcess second = nodes.launch("guard,ops");
      NodeProcess edge = nodes.launch("echo,ops");
      second.awaitReady();
      edge.awaitReady();
      try (BusMember bus = BusMember.of(nodes)) {
        JsonObject ban = op("ban").put("subject", "ip:192.0.2.9").put("forMs", 600_000);
        long seq = bus.ask("drawbridge.guard.bans", ban).getLong("seq");
        Set<String> told = refused(edge, "echo", 20);
        WsConversation client = WsConversation.open(edge.port("echo"));

        first.kill();
        told.addAll(refused(edge, "echo", 20));
        client.send("still there?").expect("Server received: still there?");

        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .untilAsserted(
                () -> {
                  JsonObject after = bus.ask("drawbridge.guard.bans", op("list"));
                  assertThat(after.encode()).contains("192.0.2.9");
                  assertThat(after.getLong("seq")).isGreaterThanOrEqualTo(seq);
                });
        await().atMost(PATIENCE).until(() -> logged(first, second).containsAll(told));
        await().atMost(PATIENCE).until(edge::isReady);
        client.send("and now?").expect("Server received: and now?").bye();
      }
    }
  }

  @Test
  void aGuardThatWasFrozenComesBackAndNothingIsDoubled() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      // Each of them has a line of its own.
      nodes.with("guard.perPeerPerMinute", "1000");
      NodeProcess first = nodes.start("guard,ops");
      NodeProcess second = nodes.launch("guard,ops");
      NodeProcess edge = nodes.launch("echo,ops");
      second.awaitReady();
      edge.awaitReady();
      try (BusMember bus = BusMember.of(nodes)) {
        for (NodeProcess each : List.of(first, second, edge)) {
          each.awaitNodes(4);
        }
        first.freeze();
        Set<String> told = refused(edge, "echo", 10);
        await().atMost(PATIENCE).until(() -> logged(second).containsAll(told));
        JsonObject ban = op("ban").put("subject", "ip:192.0.2.10").put("forMs", 600_000);
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> bus.ask("drawbridge.guard.bans", ban).getBoolean("changed"));

        first.resume();

        first.awaitNodes(4);
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .untilAsserted(
                () -> {
                  // Whoever of them answers, it is the same book.
                  for (int asked = 0; asked < 4; asked++) {
                    assertThat(bans(bus)).contains("192.0.2.10");
                  }
                });
        List<String> all = new ArrayList<>();
        for (NodeProcess guard : List.of(first, second)) {
          guard.events().forEach(event -> all.add(event.getString("id")));
        }
        assertThat(all).containsAll(told).doesNotHaveDuplicates();
      }
    }
  }

  /** Handshakes that are none: the ids by which their clients are told of the errors. */
  static Set<String> refused(NodeProcess node, String edge, int count) {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String body = Servers.get(node.port(edge), "/" + i).body();
      Matcher ref = REF.matcher(body);
      assertThat(ref.find()).as(body).isTrue();
      ids.add(ref.group(1));
    }
    return ids;
  }

  static Set<String> logged(NodeProcess... guards) {
    Set<String> ids = new HashSet<>();
    for (NodeProcess guard : guards) {
      guard.events().forEach(event -> ids.add(event.getString("id")));
    }
    return ids;
  }

  static String bans(BusMember bus) {
    return bus.ask("drawbridge.guard.bans", op("list")).getJsonArray("bans").encode();
  }

  // --- sessions ---------------------------------------------------------------------------------

  @Test
  void sessionsAreCountedListedAndEndedOverAllNodes() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      nodes.with("auth.sessionsPerUser", "1").with("auth.onTooManySessions", "refuse");
      NodeProcess guard = nodes.start("guard");
      NodeProcess one = nodes.launch("auth,ops");
      NodeProcess two = nodes.launch("auth,ops");
      one.awaitReady();
      two.awaitReady().awaitNodes(3);
      String token = nodes.token("ada");
      try (BusMember bus = BusMember.of(nodes)) {
        WsConversation first =
            WsConversation.open(one.port("auth")).send(token).expect("Authenticated!");
        await().atMost(PATIENCE).until(() -> isOneTooMany(two, token));
        WsConversation other =
            WsConversation.open(two.port("auth")).send(nodes.token("bob")).expect("Authenticated!");

        awaitSessions(bus, 2);
        bus.publish("drawbridge.user.bob", "hello");
        other.expect("{\"type\":\"rec\",\"address\":\"drawbridge.user.bob\",\"body\":\"hello\"}");

        bus.ask("drawbridge.sessions", op("revoke").put("user", "ada"));
        first.expectClose(CloseCode.FORBIDDEN, "SESSION_REVOKED");
        for (NodeProcess each : List.of(one, two)) {
          WsConversation.open(each.port("auth")).send(token).expect("Invalid Token");
        }
        awaitSessions(bus, 1);
        bus.ask("drawbridge.sessions", op("kick").put("user", "bob"));
        other.expectClose(CloseCode.FORBIDDEN, "SESSION_REVOKED");
        assertThat(guard.isOver()).isFalse();
      }
    }
  }

  /** As many are listed, whichever node is asked. */
  private static void awaitSessions(BusMember bus, int count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (int asked = 0; asked < 2; asked++) {
                JsonObject all = bus.ask("drawbridge.sessions", op("list"));
                assertThat(all.getJsonArray("sessions")).hasSize(count);
                assertThat(all.getInteger("total")).isEqualTo(count);
              }
            });
  }

  @Test
  void aClientComesBackToAnotherNodeThanItLost() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      nodes.with("bridge.outbound", "[{address: news}]");
      nodes.with("auth.sessionsPerUser", "1").with("auth.onTooManySessions", "refuse");
      nodes.start("guard");
      NodeProcess one = nodes.launch("auth,ops");
      NodeProcess two = nodes.launch("auth,ops");
      one.awaitReady();
      two.awaitReady().awaitNodes(3);
      String token = nodes.token("ada");
      try (BusMember bus = BusMember.of(nodes)) {
        WsConversation client = WsConversation.open(one.port("auth"));
        JsonObject begun = auth(client, token, true, 0);
        client.send("{\"type\":\"register\",\"address\":\"news\"}").send("{\"type\":\"ping\"}");
        client.expect("{\"type\":\"pong\"}");
        long seen = heard(bus, client);
        client.reset();
        bus.publish("news", "missed");

        WsConversation moved = WsConversation.open(two.port("auth"));
        JsonObject back = auth(moved, token, begun.getString("resume"), seen);

        assertThat(back.getBoolean("resumed")).isTrue();
        assertThat(back.getString("session")).isEqualTo(begun.getString("session"));
        assertThat(back.getInteger("lost")).isZero();
        assertThat(new JsonObject(moved.text()).getString("body")).isEqualTo("missed");
        bus.publish("news", "after");
        assertThat(new JsonObject(moved.text()).getString("body")).isEqualTo("after");

        // Wherever it is now, it is the one that the user may have.
        await().atMost(PATIENCE).until(() -> isOneTooMany(one, token));

        two.kill();
        WsConversation home = WsConversation.open(one.port("auth"));
        JsonObject again = auth(home, token, back.getString("resume"), seen + 2);

        assertThat(again.getBoolean("resumed")).isTrue();
        assertThat(again.getInteger("lost")).as("nobody knows how many").isEqualTo(-1);
        assertThat(heard(bus, home)).isGreaterThan(seen + 2);
        home.bye();
      }
    }
  }

  private static boolean isOneTooMany(NodeProcess node, String token) {
    try (WsConversation another = WsConversation.open(node.port("auth")).send(token)) {
      ServerFrame answer = another.next();
      return answer.opcode() == Opcode.CLOSE && answer.closeCode() == CloseCode.TRY_AGAIN_LATER;
    }
  }

  /** The number of the last message that the client has heard, which is one at least. */
  private static long heard(BusMember bus, WsConversation client) throws Exception {
    JsonObject heard;
    try (AutoCloseable repeating = bus.repeat("news", "first")) {
      heard = new JsonObject(client.text());
    }
    // What one publishes arrives in order.
    bus.publish("news", "last");
    while (!heard.getString("body").equals("last")) {
      heard = new JsonObject(client.text());
    }
    return heard.getLong("seq");
  }

  private static JsonObject auth(WsConversation client, String token, Object resume, long seen) {
    JsonObject message =
        new JsonObject().put("type", "auth").put("token", token).put("resume", resume);
    if (seen > 0) {
      message.put("seen", seen);
    }
    return new JsonObject(client.send(message.encode()).text());
  }
}
