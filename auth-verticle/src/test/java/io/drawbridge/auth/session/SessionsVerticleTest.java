package io.drawbridge.auth.session;

import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.Gateway;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.guard.AsyncApi;
import io.drawbridge.guard.GuardBus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Sessions on the event bus (contract, section 7)")
@ExtendWith(LeakCheck.class)
final class SessionsVerticleTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";
  private static final AsyncApi API = new AsyncApi();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  // Set in start().
  @SuppressWarnings("NullAway.Init")
  private Gateway made;

  @SuppressWarnings("NullAway.Init")
  private SessionRegistry registry;

  private String service = "";

  private final List<WsConversation> elsewhere = new ArrayList<>();

  /** Of the same sessions on another event loop. */
  private int otherPort;

  private void start(String yaml) {
    gateway.start(
        yaml,
        given -> {
          made = given;
          registry = freshRegistry();
          return edge(registry);
        },
        AuthVerticle::port);
    otherPort = serve(registry);
  }

  private SessionRegistry freshRegistry() {
    return new SessionRegistry(made.settings().auth(), made.node());
  }

  private AuthVerticle edge(SessionRegistry sessions) {
    return new AuthVerticle(
        made,
        KeyRing.of(made.settings().auth(), new Secret(Tokens.SECRET)),
        sessions,
        new AddressHub());
  }

  /** Answers for these sessions, and has an edge for them; its port. */
  private int serve(SessionRegistry sessions) {
    service =
        done(gateway.vertx().deployVerticle(new SessionsVerticle(data(), sessions, made.node())));
    AuthVerticle edge = edge(sessions);
    done(gateway.vertx().deployVerticle(edge));
    return edge.port();
  }

  private Path data() {
    return made.settings().data();
  }

  private WsConversation opened(Tokens token) {
    return gateway.open().send(token.text()).expect("Authenticated!");
  }

  private WsConversation openedElsewhere(Tokens token) {
    return elsewhere().send(token.text()).expect("Authenticated!");
  }

  private WsConversation elsewhere() {
    WsConversation conversation = WsConversation.open(otherPort);
    elsewhere.add(conversation);
    return conversation;
  }

  private static Tokens user(String id) {
    return Tokens.good().with("user_id", '"' + id + '"');
  }

  private static JsonObject op(String op) {
    return new JsonObject().put("op", op);
  }

  private JsonObject ask(JsonObject request) {
    assertThat(API.fits("sessions", request)).as("described: %s", request).isTrue();
    JsonObject answer =
        done(gateway.vertx().eventBus().<JsonObject>request(GuardBus.SESSIONS, request)).body();
    assertThat(API.fits("sessionsReply", answer)).as("described: %s", answer).isTrue();
    return answer;
  }

  private List<JsonObject> list(JsonObject request) {
    return ask(request).getJsonArray("sessions").stream().map(JsonObject.class::cast).toList();
  }

  private String idOf(String user) {
    List<JsonObject> found = list(op("list").put("user", user));
    assertThat(found).hasSize(1);
    return found.get(0).getString("id");
  }

  /** The end of a session: what the client is told, and what the log. */
  private void assertEnded(WsConversation client, String kind, String detail) {
    client.expectClose(3003, kind);
    assertThat(client.retrySeconds()).isZero();
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getString("detail")).isEqualTo(detail);
    assertThat(event.getString("user")).isNotEmpty();
    assertThat(event.getString("session")).isNotEmpty();
    client.sendClose(3003).expectEof().close();
  }

  private void assertRefusedAsRevoked(WsConversation client, String token) {
    client.send(token).expect("Invalid Token").expectClose(3000, "INVALID_TOKEN");
    JsonObject event = gateway.errors().awaitId(client.ref());
    assertThat(event.getString("detail")).matches("revoked, token [0-9a-f]{12}");
  }

  private static void assertWell(WsConversation client) {
    client.send(PING).expect(PONG);
  }

  @AfterEach
  void everyPlaceIsGivenBack() {
    gateway.closeAll();
    elsewhere.forEach(WsConversation::reset);
    gateway.awaitNobody();
    gateway.awaitTrue("no session is left", () -> registry.size() == 0);
  }

  @Nested
  final class Lists {

    @Test
    void whoIsOpenOnAllEventLoops() {
      start("");
      Instant before = Instant.now();
      Tokens token = user("alice");
      opened(token);
      WsConversation elsewhere = openedElsewhere(Tokens.good().without("exp"));
      gateway.open();

      List<JsonObject> sessions = list(op("list"));

      assertThat(sessions).hasSize(2);
      JsonObject first = sessions.get(0);
      assertThat(first.getString("user")).isEqualTo("alice");
      assertThat(first.getString("peer")).isEqualTo("127.0.0.1");
      assertThat(first.getString("node")).isEqualTo("node-test");
      assertThat(first.getLong("expiresAt")).isEqualTo(token.end().toEpochMilli());
      assertThat(first.getLong("since"))
          .isBetween(before.toEpochMilli(), Instant.now().toEpochMilli());
      assertThat(sessions.get(1).getString("user")).isEqualTo("42");
      assertThat(sessions.get(1).containsKey("expiresAt")).isFalse();

      elsewhere.bye();
      gateway.awaitTrue("one has left", () -> list(op("list")).size() == 1);
    }

    @Test
    void inPages() {
      start("");
      for (int i = 0; i < 3; i++) {
        opened(user("u" + i));
      }

      JsonObject page = ask(op("list").put("offset", 1).put("limit", 1));

      assertThat(page.getInteger("total")).isEqualTo(3);
      assertThat(page.getJsonArray("sessions").getJsonObject(0).getString("user")).isEqualTo("u1");
    }
  }

  @Nested
  final class Kicks {

    @Test
    void aSessionThatMayComeBackWithItsToken() {
      start("");
      Tokens token = user("alice");
      WsConversation alice = opened(token);
      WsConversation bob = opened(user("bob"));
      String why = "\u202elet \"go\"\n";

      JsonObject answer = ask(op("kick").put("session", idOf("alice")).put("why", why));

      assertThat(answer).isEqualTo(new JsonObject().put("kicked", 1));
      assertEnded(alice, "SESSION_REVOKED", "kicked: " + why);
      assertWell(bob);
      assertWell(opened(token));
      assertThat(gateway.errors().text()).doesNotContain("\u202e");
      assertThat(ask(op("kick").put("user", "carol")).getInteger("kicked")).isZero();
    }

    @Test
    void allSessionsOfAUserOnAllEventLoops() {
      start("");
      WsConversation one = opened(user("alice"));
      WsConversation two = openedElsewhere(user("alice"));
      WsConversation bob = openedElsewhere(user("bob"));

      assertThat(ask(op("kick").put("user", "alice")).getInteger("kicked")).isEqualTo(2);

      assertEnded(one, "SESSION_REVOKED", "kicked");
      assertEnded(two, "SESSION_REVOKED", "kicked");
      assertWell(bob);
      bob.bye();
    }
  }

  @Nested
  final class Revokes {

    @Test
    void theTokenOfASession() {
      start("");
      Tokens token = user("alice");
      WsConversation alice = opened(token);

      JsonObject answer = ask(op("revoke").put("session", idOf("alice")).put("why", "lost phone"));

      assertThat(answer).isEqualTo(new JsonObject().put("revoked", 1));
      assertEnded(alice, "SESSION_REVOKED", "revoked: lost phone");
      assertRefusedAsRevoked(gateway.open(), token.text());
      assertRefusedAsRevoked(elsewhere(), token.text());
      assertWell(opened(user("alice").in("exp", 61)));
    }

    @Test
    void allTokensOfAUserThatWereIssuedSoFar() {
      start("");
      Tokens before = user("alice").in("iat", -5);
      WsConversation one = opened(before);
      WsConversation two = openedElsewhere(user("alice").without("iat"));
      WsConversation bob = opened(user("bob"));

      assertThat(ask(op("revoke").put("user", "alice")).getInteger("revoked")).isEqualTo(2);

      assertEnded(one, "SESSION_REVOKED", "revoked");
      assertEnded(two, "SESSION_REVOKED", "revoked");
      assertWell(bob);
      assertRefusedAsRevoked(gateway.open(), before.text());
      assertRefusedAsRevoked(gateway.open(), user("alice").without("iat").text());
    }

    @Test
    void noTokenOfAUserThatIsIssuedLater() {
      start("auth: {leeway: 10s}");
      ask(op("revoke").put("user", "alice"));

      assertWell(opened(user("alice").in("iat", 5)));
    }

    @Test
    void aTokenThatWasNeverSeen() {
      start("");
      ask(op("revoke").put("jti", "stolen"));

      assertRefusedAsRevoked(gateway.open(), user("alice").with("jti", "\"stolen\"").text());
      assertWell(opened(user("alice").with("jti", "\"mine\"")));
    }

    @Test
    void whatIsOpenWithThisId() {
      start("");
      WsConversation alice = opened(user("alice").with("jti", "\"stolen\""));
      WsConversation other = opened(user("alice").with("jti", "\"mine\""));

      assertThat(ask(op("revoke").put("jti", "stolen")).getInteger("revoked")).isEqualTo(1);

      assertEnded(alice, "SESSION_REVOKED", "revoked");
      assertWell(other);
    }

    @Test
    @DisplayName("what is answered is in the file, and in force again after a restart")
    void overARestart() throws Exception {
      start("");
      String old = user("alice").text();
      String stolen = user("bob").with("jti", "\"stolen\"").text();
      ask(op("revoke").put("user", "alice"));
      ask(op("revoke").put("jti", "stolen"));
      // As a killed process would leave it.
      assertThat(new RevocationFile(data()).load()).hasSize(2);
      done(gateway.vertx().undeploy(service));

      int port = serve(freshRegistry());

      for (String token : List.of(old, stolen)) {
        try (WsConversation client = WsConversation.open(port)) {
          assertRefusedAsRevoked(client, token);
        }
      }
      try (WsConversation client = WsConversation.open(port)) {
        client.send(user("bob").text()).expect("Authenticated!").bye();
      }
    }

    @Test
    void andSaysSoWhenItCantBeKept() throws Exception {
      start("");
      Files.createDirectories(data().resolve("revocations.json").resolve("in the way"));
      WsConversation alice = opened(user("alice"));
      String old = user("alice").in("iat", -1).text();

      assertThatThrownBy(() -> send(op("revoke").put("user", "alice")))
          .hasMessageContaining("a restart would forget it");

      assertEnded(alice, "SESSION_REVOKED", "revoked");
      assertRefusedAsRevoked(gateway.open(), old);
    }

    @Test
    void andDoesNotStartWithoutWhatItCantRead() throws Exception {
      start("");
      Files.createDirectories(data());
      Files.writeString(data().resolve("revocations.json"), "junk");
      SessionsVerticle another = new SessionsVerticle(data(), registry, made.node());

      assertThatThrownBy(() -> done(gateway.vertx().deployVerticle(another)))
          .hasMessageContaining("revocations.json can't be read");
    }
  }

  @Nested
  final class TellsWhoIsOn {
    private static final String RULES =
        """
        bridge:
          inbound: [ { address: drawbridge.presence.list, scope: presence } ]
          outbound: [ { address: drawbridge.presence, scope: presence } ]
        """;

    private WsConversation watcher() {
      WsConversation watcher = opened(user("watcher").with("scope", "\"presence\""));
      watcher.send("{\"type\":\"register\",\"address\":\"drawbridge.presence\"}");
      return watcher.send(PING).expect(PONG);
    }

    private JsonObject told(WsConversation watcher, String event, String user) {
      JsonObject body = new JsonObject(watcher.text()).getJsonObject("body");
      assertThat(API.fits("presence", body)).as("described: %s", body).isTrue();
      assertThat(body.getString("event")).isEqualTo(event);
      assertThat(body.getString("user")).isEqualTo(user);
      return body;
    }

    @Test
    void asTheyComeAndGo() {
      start(RULES);
      WsConversation watcher = watcher();
      told(watcher, "join", "watcher");

      WsConversation here = opened(user("alice"));
      WsConversation there = openedElsewhere(user("alice"));
      assertThat(told(watcher, "join", "alice").getInteger("sessions")).isPositive();

      here.bye();
      opened(user("bob"));
      told(watcher, "join", "bob");
      there.bye();
      assertThat(told(watcher, "leave", "alice").getInteger("sessions")).isZero();
    }

    @Test
    void inAListByPages() {
      start(RULES);
      WsConversation watcher = watcher();
      opened(user("alice"));
      opened(user("bob"));
      openedElsewhere(user("alice"));

      assertThat(users(watcher, op("list"))).containsExactly("watcher", "alice", "bob");
      assertThat(users(watcher, op("list").put("offset", 1).put("limit", 1)))
          .containsExactly("alice");
      assertThat(users(watcher, op("list").put("user", "bob"))).containsExactly("bob");
      assertThat(users(watcher, op("list").put("user", "carol"))).isEmpty();
      JsonObject alice =
          who(watcher, op("list").put("user", "alice")).getJsonArray("users").getJsonObject(0);
      assertThat(alice.getInteger("sessions")).isEqualTo(2);
    }

    private List<String> users(WsConversation client, JsonObject request) {
      return who(client, request).getJsonArray("users").stream()
          .map(each -> ((JsonObject) each).getString("user"))
          .toList();
    }

    private JsonObject who(WsConversation client, JsonObject request) {
      assertThat(API.fits("presenceList", request)).isTrue();
      JsonObject envelope =
          new JsonObject()
              .put("type", "send")
              .put("address", "drawbridge.presence.list")
              .put("body", request)
              .put("replyAddress", "who");
      client.send(envelope.encode());
      JsonObject answer = new JsonObject(client.text());
      while (!"who".equals(answer.getString("address"))) {
        answer = new JsonObject(client.text());
      }
      JsonObject body = answer.getJsonObject("body");
      assertThat(API.fits("presenceListReply", body)).as("described: %s", body).isTrue();
      return body;
    }

    @Test
    void toThoseAloneWhoHaveTheScope() {
      start(RULES);
      WsConversation other = opened(user("alice"));
      for (String envelope :
          List.of(
              "{\"type\":\"register\",\"address\":\"drawbridge.presence\"}",
              "{\"type\":\"send\",\"address\":\"drawbridge.presence.list\",\"body\":{\"op\":\"list\"}}",
              "{\"type\":\"register\",\"address\":\"drawbridge.presence.list\"}")) {
        other.send(envelope);
        assertThat(new JsonObject(other.text()).getString("body")).isEqualTo("access_denied");
      }
    }

    @Test
    void andRefusesAnyOtherQuestion() {
      start(RULES);
      for (JsonObject request : List.of(op("kick"), op("list").put("limit", 0), new JsonObject())) {
        assertThat(API.fits("presenceList", request)).isFalse();
        assertThatThrownBy(
                () ->
                    gateway
                        .vertx()
                        .eventBus()
                        .request(GuardBus.PRESENCE_LIST, request)
                        .await(10, TimeUnit.SECONDS))
            .isInstanceOfSatisfying(
                ReplyException.class, failure -> assertThat(failure.failureCode()).isEqualTo(400));
      }
    }
  }

  @Nested
  final class AtMostSoManyAUser {

    @Test
    void replacesTheOldestWhereverItIs() {
      start("auth: {sessionsPerUser: 2}");
      WsConversation oldest = openedElsewhere(user("alice"));
      WsConversation second = opened(user("alice"));
      WsConversation bob = opened(user("bob"));

      WsConversation third = opened(user("alice"));

      assertEnded(oldest, "SESSION_REPLACED", "more than 2 sessions of the user");
      assertWell(second);
      assertWell(third);
      assertWell(bob);
      assertThat(list(op("list").put("user", "alice"))).hasSize(2);
    }

    @Test
    void refusesTheNewest() {
      start("auth: {sessionsPerUser: 2, onTooManySessions: refuse}");
      WsConversation first = openedElsewhere(user("alice"));
      WsConversation second = opened(user("alice"));

      WsConversation third = gateway.open().send(user("alice").text());

      third.expectClose(1013, "CONNECTION_LIMIT");
      assertThat(third.retrySeconds()).isPositive();
      JsonObject event = gateway.errors().awaitId(third.ref());
      assertThat(event.getString("user")).isEqualTo("alice");
      assertThat(event.getString("detail")).isEqualTo("the user has 2 sessions");
      assertWell(second);
      first.bye();
      gateway.awaitTrue("a place", () -> registry.size() == 1);
      assertWell(opened(user("alice")));
    }
  }

  // --- as described -----------------------------------------------------------------------------

  private JsonObject send(Object body) throws Exception {
    return gateway
        .vertx()
        .eventBus()
        .<JsonObject>request(GuardBus.SESSIONS, body)
        .await(10, TimeUnit.SECONDS)
        .body();
  }

  static Stream<Arguments> bodies() {
    JsonObject kick = op("kick").put("user", "42");
    JsonObject revoke = op("revoke").put("user", "42");
    return Stream.of(
            op("list"),
            op("list").put("user", "42").put("session", "s").put("jti", "j"),
            op("list").putNull("user").putNull("limit"),
            op("list").put("user", 42),
            op("list").put("user", ""),
            op("list").put("offset", -1),
            op("list").put("offset", 1L << 31),
            op("list").put("limit", 1_000),
            op("list").put("limit", 1_001),
            op("list").put("limit", 0),
            op("list").put("limit", "all"),
            kick,
            kick.copy().put("session", "s").put("jti", "j").putNull("why"),
            kick.copy().put("why", "x".repeat(256)),
            kick.copy().put("why", "x".repeat(257)),
            kick.copy().put("user", "x".repeat(257)),
            op("kick").put("jti", "x".repeat(1_024)),
            op("kick").put("jti", "x".repeat(1_025)),
            op("kick"),
            op("kick").putNull("user"),
            revoke,
            revoke.copy().putNull("session").put("forMs", 1),
            revoke.copy().put("forMs", 315_360_000_000L),
            revoke.copy().put("forMs", 315_360_000_001L),
            revoke.copy().put("forMs", 0),
            revoke.copy().put("forMs", "1h"),
            revoke.copy().put("session", "s"),
            op("revoke"),
            op("burn").put("user", "42"),
            new JsonObject())
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void takesARequestWhereItsSchemaDoes(JsonObject request) throws Exception {
    start("");
    if (API.fits("sessions", request)) {
      assertThat(API.fits("sessionsReply", send(request))).isTrue();
    } else {
      assertThatThrownBy(() -> send(request))
          .isInstanceOfSatisfying(
              ReplyException.class, failure -> assertThat(failure.failureCode()).isEqualTo(400));
      assertThat(registry.revocations()).isEmpty();
    }
  }

  @Test
  void refusesWhatIsNoObject() {
    start("");
    assertThatThrownBy(() -> send(new JsonArray())).hasMessageContaining("must be a JSON object");
  }
}
