package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A client comes back to another node than the one that it lost")
@ExtendWith(LeakCheck.class)
final class MoveTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final TwoNodes cluster = new TwoNodes(gateway);

  private static JsonObject auth(String user) {
    String token = Tokens.good().with("user_id", '"' + user + '"').text();
    return new JsonObject().put("type", "auth").put("token", token);
  }

  /** A client that may come back, and what it was last told. */
  private final class Client {
    final String user;
    TwoNodes.NodeOf node;
    WsConversation open;
    JsonObject answer;

    Client(TwoNodes.NodeOf node, String user) {
      this.user = user;
      this.node = node;
      open = node.open();
      answer = shown(open, auth(user).put("resume", true));
      assertThat(ticket()).isNotEmpty();
    }

    private JsonObject shown(WsConversation on, JsonObject auth) {
      JsonObject told = next(on.send(auth.encode()));
      assertThat(told.getString("status")).as("%s", told).isEqualTo("Authenticated!");
      return told;
    }

    String ticket() {
      return answer.getString("resume");
    }

    String session() {
      return answer.getString("session");
    }

    Client listening(String... addresses) {
      for (String each : addresses) {
        register(open, each);
      }
      return this;
    }

    Client lost() {
      open.reset();
      gateway.awaitTrue("away", () -> node.hub.resumable.parked() > 0);
      return this;
    }

    Client backAt(TwoNodes.NodeOf other, long seen) {
      node = other;
      open = other.open();
      answer = shown(open, auth(user).put("resume", ticket()).put("seen", seen));
      return this;
    }

    Client movedTo(TwoNodes.NodeOf other, long seen, long lost) {
      String before = session();
      String used = ticket();
      backAt(other, seen);
      assertThat(answer.getBoolean("resumed")).as("%s", answer).isTrue();
      assertThat(session()).isEqualTo(before);
      assertThat(answer.getLong("lost")).isEqualTo(lost);
      assertThat(ticket()).isNotEqualTo(used);
      return this;
    }

    void isFresh(String before) {
      assertThat(answer.getBoolean("resumed")).isFalse();
      assertThat(session()).isNotEqualTo(before);
      open.send(PING).expect(PONG);
    }

    void expectNews(long seq, Object body) {
      assertThat(next(open)).isEqualTo(rec("news", body).put("seq", seq));
    }

    void bye() {
      open.send(PING).expect(PONG).bye();
    }
  }

  private Client listener() {
    return new Client(cluster.first(), "42").listening("news");
  }

  private void publish(Object body) {
    cluster.bus().publish("news", body);
  }

  private AsyncMap<String, String> places() {
    return done(cluster.vertx().sharedData().<String, String>getAsyncMap("drawbridge.resumable"));
  }

  private void expectNothingKept() {
    for (TwoNodes.NodeOf each : cluster.nodes) {
      gateway.awaitTrue("sessions end", () -> each.sessions.size() == 0);
      gateway.awaitTrue("nobody listens", () -> each.hub.size() == 0);
      assertThat(each.hub.resumable.size()).isZero();
      assertThat(each.hub.resumable.bytes.get()).isZero();
    }
    gateway.awaitTrue("nobody is known of", () -> done(places().size()) == 0);
  }

  // --- what comes with it -----------------------------------------------------------------------

  @Test
  void bringsItsRegistrationsAndWhatItMissed() {
    cluster.start("");
    Client client = listener();
    publish(1);
    client.expectNews(1, 1);
    client.lost();
    publish(2);
    publish(3);

    client.movedTo(cluster.second(), 1, 0);
    publish(4);
    cluster.bus().publish("drawbridge.user.42", "to the user");

    client.expectNews(2, 2);
    client.expectNews(3, 3);
    client.expectNews(4, 4);
    assertThat(next(client.open)).isEqualTo(rec("drawbridge.user.42", "to the user").put("seq", 5));
    assertThat(cluster.first().sessions.size()).isZero();
    assertThat(cluster.second().sessions.size()).isEqualTo(1);
    client.bye();
    expectNothingKept();
  }

  @Test
  void closesItsOldConnectionWhereThatIsStillOpen() {
    cluster.start("");
    Client client = listener();
    WsConversation old = client.open;
    publish(1);

    client.movedTo(cluster.second(), 0, 0);

    assertThat(next(old)).isEqualTo(rec("news", 1).put("seq", 1));
    old.expectClose(CloseCode.FORBIDDEN, "SESSION_REPLACED");
    client.expectNews(1, 1);
    client.bye();
    expectNothingKept();
  }

  @Test
  void getsEverythingOnceAndInOrderWhileItMovesToAndFro() throws InterruptedException {
    cluster.start("session: {resumeMessages: unlimited, resumeBytes: 64MiB}\n");
    int publishers = 4;
    int last = 500;
    Random random = new Random(20_26);
    Client client = listener();
    Thread[] publishing = new Thread[publishers];
    for (int i = 0; i < publishers; i++) {
      int which = i;
      publishing[i] =
          new Thread(
              () -> {
                for (int n = 1; n <= last; n++) {
                  publish(new JsonObject().put("of", which).put("n", n));
                  java.util.concurrent.locks.LockSupport.parkNanos(8_000_000);
                }
              });
      publishing[i].start();
    }

    Map<Integer, Integer> of = new HashMap<>();
    long seen = 0;
    for (int moves = 0; moves < 10; moves++) {
      for (int left = random.nextInt(120); left > 0; left--) {
        take(client, ++seen, of);
      }
      if (random.nextBoolean()) {
        client.lost();
      }
      client.movedTo(moves % 2 == 0 ? cluster.second() : cluster.first(), seen, 0);
    }
    while (seen < (long) publishers * last) {
      take(client, ++seen, of);
    }
    for (Thread each : publishing) {
      each.join();
    }
    client.bye();
    expectNothingKept();
  }

  private static void take(Client client, long seq, Map<Integer, Integer> of) {
    JsonObject envelope = next(client.open);
    assertThat(envelope.getLong("seq")).isEqualTo(seq);
    JsonObject body = envelope.getJsonObject("body");
    int n = of.merge(body.getInteger("of"), 1, Integer::sum);
    assertThat(body.getInteger("n")).as("of publisher %s", body.getInteger("of")).isEqualTo(n);
  }

  @Test
  void bringsMoreThanFitsIntoOneMessage() {
    cluster.start("session: {resumeMessages: unlimited, resumeBytes: 64MiB}\n");
    Client client = listener().lost();
    String body = "x".repeat(10_000);
    for (int i = 1; i <= 80; i++) {
      publish(i + body);
    }

    client.movedTo(cluster.second(), 0, 0);

    for (int i = 1; i <= 80; i++) {
      client.expectNews(i, i + body);
    }
    client.bye();
  }

  @Test
  void isToldHowMuchIsLost() {
    cluster.start("session: {resumeMessages: 3}\n");
    Client client = listener().lost();
    for (int i = 1; i <= 9; i++) {
      publish(i);
    }

    client.movedTo(cluster.second(), 0, 6);

    client.expectNews(7, 7);
    client.expectNews(8, 8);
    client.expectNews(9, 9);
    client.bye();
  }

  @Test
  void getsOnlyWhatCameAfterTheLossWhereItDoesNotSayWhatItHasSeen() {
    cluster.start("");
    Client client = listener();
    publish(1);
    client.expectNews(1, 1);
    client.lost();
    publish(2);

    client.movedTo(cluster.second(), -1, 0);

    client.expectNews(2, 2);
    client.bye();
  }

  @Test
  void isToldThatTheReplyToItsRequestWillNotCome() throws InterruptedException {
    cluster.start("");
    BlockingQueue<Message<Object>> asked = service();
    Client client = listener();
    client.open.send(envelope("send", "service").put("body", 1).put("replyAddress", "r1").encode());
    Message<Object> request = asked.poll(10, TimeUnit.SECONDS);
    assertThat(request).isNotNull();

    client.lost().movedTo(cluster.second(), 0, 0);

    JsonObject err = next(client.open);
    assertThat(err.getString("address")).isEqualTo("r1");
    assertThat(err.getString("type")).isEqualTo("err");
    assertThat(err.getBoolean("temporary")).isTrue();
    assertThat(err.getLong("seq")).isEqualTo(1);
    request.reply("late");
    client.bye();
    expectNothingKept();
  }

  @Test
  void isNotHeldForAnsweringWhatNobodyWaitsForAnyMore() {
    cluster.start("");
    Client client = new Client(cluster.first(), "42").listening("service");
    Future<Message<Object>> request = cluster.bus().request("service", "who?");
    JsonObject given = next(client.open);
    client.lost().movedTo(cluster.second(), 1, 0);
    gateway.awaitTrue("the caller knows", request::failed);

    client.open.send(envelope("send", given.getString("replyAddress")).put("body", "I").encode());

    assertThat(next(client.open).getString("failureType")).isEqualTo("NO_HANDLERS");
    cluster.bus().request("service", "again");
    assertThat(next(client.open).getString("body")).isEqualTo("again");
    client.bye();
  }

  @Test
  void losesARegistrationThatItsNewTokenDoesNotAllow() {
    cluster.start("");
    TwoNodes.NodeOf node = cluster.first();
    Client client = new Client(node, "42");
    String vip = Tokens.good().with("user_id", "\"42\"").with("scope", "\"vip\"").text();
    client.open.send(new JsonObject().put("type", "auth").put("token", vip).encode());
    client.answer = next(client.open).put("resume", client.ticket());
    client.listening("vip", "news").lost();

    client.movedTo(cluster.second(), 0, 0);

    JsonObject err = next(client.open);
    assertThat(err.getString("address")).isEqualTo("vip");
    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
    publish(1);
    client.expectNews(2, 1);
    client.bye();
  }

  private BlockingQueue<Message<Object>> service() {
    BlockingQueue<Message<Object>> received = new LinkedBlockingQueue<>();
    done(cluster.bus().consumer("service", received::add).completion());
    return received;
  }

  // --- once -------------------------------------------------------------------------------------

  @Test
  void isOneSessionWhereItsTicketIsShownAtBothNodesAtOnce() {
    cluster.start("");
    for (int i = 0; i < 10; i++) {
      Client client = listener().lost();
      String show = auth("42").put("resume", client.ticket()).put("seen", 0).encode();
      List<WsConversation> shown = List.of(cluster.first().open(), cluster.second().open());
      shown.forEach(each -> each.send(show));

      List<JsonObject> answers = shown.stream().map(BridgeEdge::next).toList();

      assertThat(answers)
          .extracting(each -> each.getBoolean("resumed"))
          .containsExactlyInAnyOrder(true, false);
      shown.forEach(each -> each.send(PING).expect(PONG).bye());
    }
    expectNothingKept();
  }

  @Test
  void getsANewSessionForATicketThatWasUsed() {
    cluster.start("");
    Client client = listener();
    String session = client.session();
    String ticket = client.ticket();
    client.lost().movedTo(cluster.second(), 0, 0);

    Client again = new Client(cluster.first(), "42");
    again.answer.put("resume", ticket);
    again.backAt(cluster.first(), 0).isFresh(session);
  }

  @Test
  void getsANewSessionForTheTicketOfAnotherUser() {
    cluster.start("");
    Client owner = listener().lost();
    Client thief = new Client(cluster.first(), "7");
    thief.answer.put("resume", owner.ticket());

    thief.backAt(cluster.second(), 0).isFresh(owner.session());

    // Which is still good for its own.
    owner.movedTo(cluster.second(), 0, 0).bye();
  }

  @Test
  void getsANewSessionForATicketOfAnotherKey() {
    cluster.start(
        "", new Secret(Tokens.SECRET), new Secret("another secret of 32 bytes at least."));
    Client client = listener().lost();
    String session = client.session();

    client.backAt(cluster.second(), 0).isFresh(session);
  }

  @Test
  void getsANewSessionWhereTheOldOneWasKicked() {
    cluster.start("");
    Client client = listener().lost();
    String session = client.session();

    cluster.ask(cluster.first(), new JsonObject().put("op", "kick").put("user", "42"));

    client.backAt(cluster.second(), 0).isFresh(session);
    client.bye();
    expectNothingKept();
  }

  @Test
  void isRefusedWithATokenThatWasRevoked() {
    cluster.start("");
    Client client = listener().lost();
    JsonObject old = auth("42").put("resume", client.ticket()).put("seen", 0);
    cluster.ask(cluster.second(), new JsonObject().put("op", "revoke").put("user", "42"));

    WsConversation open = cluster.second().open();
    open.send(old.encode());

    open.expect("Invalid Token");
    open.expectClose(CloseCode.UNAUTHORIZED, "INVALID_TOKEN");
  }

  // --- a node that is gone ----------------------------------------------------------------------

  @Test
  void goesOnAloneWhereItsNodeIsDead() {
    cluster.start("");
    Client client = listener();
    publish(1);
    client.expectNews(1, 1);
    awaitKnown(client, "news");
    // As if it had been killed: it answers nobody, and leaves all as it was.
    String place = done(places().values()).get(0);
    String id = done(places().keys()).iterator().next();
    done(places().put(id, place.replaceAll("drawbridge.resume.[0-9a-f-]+", "drawbridge.resume.0")));

    client.movedTo(cluster.second(), 1, -1);

    publish(2);
    client.expectNews(2, 2);
    client.lost().movedTo(cluster.second(), 2, 0);
    publish(3);
    client.expectNews(3, 3);
    client.bye();
  }

  @Test
  void comesBackAfterItsNodeHasDrained() {
    cluster.start("");
    Client client = listener();
    awaitKnown(client, "news");
    Future<Void> stopped = cluster.first().stop();
    client.open.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    done(stopped);

    client.movedTo(cluster.second(), 0, -1);

    publish(1);
    client.expectNews(1, 1);
    client.bye();
  }

  @Test
  void losesNothingWhileItsNodeDrains() {
    cluster.farewell = Duration.ofSeconds(10);
    cluster.start("");
    Client client = listener();
    publish(1);
    Future<Void> stopped = cluster.first().stop();
    client.expectNews(1, 1);
    client.open.expectClose(CloseCode.SERVICE_RESTART, "SHUTTING_DOWN");
    publish(2);
    assertThat(stopped.isComplete()).isFalse();

    client.movedTo(cluster.second(), 1, 0);

    client.expectNews(2, 2);
    done(stopped);
    client.bye();
    expectNothingKept();
  }

  private void awaitKnown(Client client, String address) {
    gateway.awaitTrue(
        client.session() + " is known",
        () -> done(places().values()).stream().anyMatch(each -> each.contains(address)));
  }
}
