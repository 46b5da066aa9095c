package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.auth.Tokens;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A client that lost its connection comes back, and has missed nothing")
@ExtendWith(LeakCheck.class)
final class ResumeTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  private static String token(String user) {
    return Tokens.good().with("user_id", '"' + user + '"').text();
  }

  private static JsonObject auth(String user) {
    return new JsonObject().put("type", "auth").put("token", token(user));
  }

  private static JsonObject shown(WsConversation client, JsonObject auth) {
    JsonObject answer = next(client.send(auth.encode()));
    assertThat(answer.getString("status")).isEqualTo("Authenticated!");
    return answer;
  }

  /** A client that may come back, and the answer to its token. */
  private final class Client {
    WsConversation open = gateway.open();
    JsonObject answer;

    Client(String user) {
      answer = shown(open, auth(user).put("resume", true));
      assertThat(answer.getString("resume")).isNotEmpty();
      assertThat(answer.containsKey("resumed")).isFalse();
    }

    String session() {
      return answer.getString("session");
    }

    String ticket() {
      return answer.getString("resume");
    }

    Client lost() {
      int before = edge.hub.resumable.parked();
      open.reset();
      gateway.awaitTrue("away", () -> edge.hub.resumable.parked() > before);
      return this;
    }

    Client back(long seen) {
      open = gateway.open();
      answer = shown(open, auth("42").put("resume", ticket()).put("seen", seen));
      return this;
    }

    /** Back in the same session. */
    Client resumed(long seen, long lost) {
      String before = session();
      String used = ticket();
      back(seen);
      assertThat(answer.getBoolean("resumed")).isTrue();
      assertThat(session()).isEqualTo(before);
      assertThat(answer.getLong("lost")).isEqualTo(lost);
      assertThat(ticket()).isNotEqualTo(used);
      return this;
    }

    Client isFresh(String before) {
      assertThat(answer.getBoolean("resumed")).isFalse();
      assertThat(session()).isNotEqualTo(before);
      assertThat(answer.containsKey("lost")).isFalse();
      assertThat(ticket()).isNotEmpty();
      return this;
    }

    void expectNews(long seq, Object body) {
      assertThat(next(open)).isEqualTo(numbered(seq, rec("news", body)));
    }

    void bye() {
      open.send(PING).expect(PONG).bye();
    }
  }

  private static JsonObject numbered(long seq, JsonObject envelope) {
    return envelope.put("seq", seq);
  }

  private Client listener() {
    Client client = new Client("42");
    register(client.open, "news");
    return client;
  }

  private void publish(int from, int to) {
    for (int i = from; i <= to; i++) {
      edge.bus().publish("news", i);
    }
  }

  /** Waits until what was published is with everybody. */
  private void awaitKept() {
    WsConversation witness = gateway.open();
    shown(witness, auth("witness"));
    register(witness, "news");
    edge.bus().publish("news", "witness");
    while (!"witness".equals(next(witness).getValue("body"))) {
      // It may hear some of what came before it, too.
    }
    witness.bye();
  }

  /** Nothing is left of anybody. */
  private void expectNothingKept() {
    gateway.awaitTrue("sessions end", () -> edge.sessions() == 0);
    gateway.awaitTrue("nobody is away", () -> edge.hub.resumable.parked() == 0);
    gateway.awaitTrue("nothing is kept", () -> edge.hub.resumable.size() == 0);
    gateway.awaitTrue("nor its bytes", () -> edge.hub.resumable.bytes.get() == 0);
    gateway.awaitTrue("nobody listens", () -> edge.hub.size() == 0);
  }

  @Test
  void getsItsRegistrationsBackAndWhatWasPublishedMeanwhile() {
    edge.start();
    Client client = listener();
    publish(1, 1);
    client.expectNews(1, 1);

    client.lost();
    publish(2, 4);
    edge.bus().publish("drawbridge.user.42", "to the user");
    awaitKept();
    client.resumed(1, 0);
    publish(5, 5);

    List<Object> bodies = new ArrayList<>();
    for (int seq = 2; seq <= 7; seq++) {
      JsonObject envelope = next(client.open);
      assertThat(envelope.getLong("seq")).isEqualTo(seq);
      bodies.add(envelope.getValue("body"));
    }
    // The order of two addresses is nobody's promise.
    assertThat(bodies).containsExactlyInAnyOrder(2, 3, 4, "to the user", "witness", 5);
    assertThat(bodies.stream().filter(Integer.class::isInstance).toList())
        .isEqualTo(List.of(2, 3, 4, 5));
    client.bye();
    expectNothingKept();
  }

  @Test
  void getsEverythingOnceAndInOrderHoweverOftenItIsLost() {
    edge.start("session: {resumeMessages: unlimited, resumeBytes: 64MiB}\n");
    int last = 4_000;
    Random random = new Random(20_26);
    Client client = listener();
    AtomicInteger published = new AtomicInteger();
    gateway
        .vertx()
        .setPeriodic(
            1,
            timer -> {
              for (int i = 0; i < 4 && published.get() < last; i++) {
                edge.bus().publish("news", published.incrementAndGet());
              }
            });

    long seen = 0;
    for (int losses = 0; losses < 20; losses++) {
      for (int left = random.nextInt(120); left > 0; left--) {
        client.expectNews(++seen, (int) seen);
      }
      switch (random.nextInt(3)) {
        case 0 -> client.lost();
        case 1 -> client.open.reset();
        default -> {} // The server has not noticed: it comes back all the same.
      }
      client.resumed(seen, 0);
    }
    while (seen < last) {
      client.expectNews(++seen, (int) seen);
    }
    client.bye();
    expectNothingKept();
  }

  @Test
  void getsWhatItHasNotSeenAgain() {
    edge.start();
    Client client = listener();
    publish(1, 3);
    client.expectNews(1, 1);
    client.expectNews(2, 2);
    client.expectNews(3, 3);

    client.lost().resumed(1, 0);

    client.expectNews(2, 2);
    client.expectNews(3, 3);
    client.bye();
  }

  @Test
  void getsOnlyWhatCameAfterTheLossWhereItDoesNotSayWhatItHasSeen() {
    edge.start();
    Client client = listener();
    publish(1, 1);
    client.expectNews(1, 1);

    client.lost();
    edge.bus().publish("news", "later");
    awaitKept();
    WsConversation open = gateway.open();
    JsonObject answer = shown(open, auth("42").put("resume", client.ticket()));

    assertThat(answer.getBoolean("resumed")).isTrue();
    assertThat(next(open)).isEqualTo(numbered(2, rec("news", "later")));
    assertThat(next(open)).isEqualTo(numbered(3, rec("news", "witness")));
    open.send(PING).expect(PONG).bye();
  }

  @Test
  void isToldHowMuchIsLost() {
    edge.start("session: {resumeMessages: 3}\n");
    Client client = listener().lost();
    publish(1, 9);
    awaitKept();

    client.resumed(0, 7);

    client.expectNews(8, 8);
    client.expectNews(9, 9);
    client.expectNews(10, "witness");
    client.bye();
  }

  @Test
  void isKeptNoMoreBytesForThanItMay() {
    edge.start("session: {resumeBytes: 10KiB}\n");
    Client client = listener().lost();
    String kilobyte = "x".repeat(1024);
    for (int i = 0; i < 100; i++) {
      edge.bus().publish("news", kilobyte);
    }
    awaitKept();
    assertThat(edge.hub.resumable.bytes.get()).isBetween(8L * 1024, 10L * 1024);

    client.resumed(0, 91);

    for (int seq = 92; seq <= 100; seq++) {
      client.expectNews(seq, kilobyte);
    }
    client.expectNews(101, "witness");
    client.bye();
  }

  @Test
  void comesBackWhileItsOldConnectionIsStillOpen() {
    edge.start();
    Client client = listener();
    WsConversation old = client.open;

    client.resumed(0, 0);

    old.expectClose(CloseCode.FORBIDDEN, "SESSION_REPLACED");
    publish(1, 1);
    client.expectNews(1, 1);
    client.bye();
    expectNothingKept();
  }

  @Test
  void speaksAndIsAnsweredAfterItsReturn() {
    edge.start();
    edge.service("service", message -> message.reply(message.headers().get("drawbridge-session")));
    Client client = new Client("42");
    for (int i = 0; i < 6; i++) {
      client.lost().resumed(i, 0);
      client.open.send(
          envelope("send", "service").put("body", i).put("replyAddress", "r" + i).encode());
      assertThat(next(client.open)).isEqualTo(numbered(i + 1, rec("r" + i, client.session())));
      // Each of the two kinds of lines orders a message behind a registration.
      register(client.open, "news");
      BridgeEdge.unregister(client.open, "news");
    }
    client.open.send(envelope("send", "nobody").put("body", 1).encode());
    assertThat(next(client.open).getString("failureType")).isEqualTo("ACCESS_DENIED");
    client.bye();
    expectNothingKept();
  }

  @Test
  void refreshesItsTokenAfterItsReturn() {
    edge.start();
    Client client = new Client("42");
    for (int i = 0; i < 2; i++) {
      client.lost().resumed(0, 0);
      JsonObject answer = shown(client.open, auth("42"));
      assertThat(answer.getString("session")).isEqualTo(client.session());
      client.answer = answer;
    }
    client.lost().resumed(0, 0).bye();
    expectNothingKept();
  }

  @Test
  void getsTheReplyThatCameWhileItWasAway() throws InterruptedException {
    edge.start();
    BlockingQueue<Message<Object>> asked = edge.service("service", message -> {});
    Client client = new Client("42");
    client.open.send(envelope("send", "service").put("body", 1).put("replyAddress", "r").encode());
    Message<Object> request = asked.poll(10, TimeUnit.SECONDS);
    assertThat(request).isNotNull();

    client.lost();
    request.reply("late");

    client.resumed(0, 0);
    assertThat(next(client.open)).isEqualTo(numbered(1, rec("r", "late")));
    client.bye();
  }

  @Test
  void isGivenNoRequestWhileItIsAway() {
    edge.start();
    Client away = new Client("42");
    register(away.open, "service");
    away.lost();
    assertThatThrownBy(() -> done(edge.bus().request("service", "anybody?")))
        .hasMessageContaining("No client that serves this address can take a request now");

    WsConversation there = edge.listener("7", "service");
    for (int i = 0; i < 4; i++) {
      edge.bus().send("service", i);
      there.expect(rec("service", i).encode());
    }

    away.resumed(0, 0).bye();
    there.bye();
  }

  // --- tickets ----------------------------------------------------------------------------------

  @Test
  void getsANewSessionForATicketThatWasUsed() {
    edge.start();
    Client client = listener();
    Client thief = new Client("42");
    thief.open.bye();
    thief.answer.put("resume", client.ticket());
    client.lost().resumed(0, 0);

    thief.back(0).isFresh(client.session());

    publish(1, 1);
    client.expectNews(1, 1);
    thief.bye();
    client.bye();
    expectNothingKept();
  }

  @Test
  void getsANewSessionForTheTicketOfAnotherUser() {
    edge.start();
    Client other = new Client("7").lost();
    String session = other.session();
    String ticket = other.ticket();

    other.back(0).isFresh(session).bye();

    // Which is still good for its own.
    WsConversation owner = gateway.open();
    JsonObject answer = shown(owner, auth("7").put("resume", ticket));
    assertThat(answer.getString("session")).isEqualTo(session);
    owner.bye();
    expectNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "forged", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void getsANewSessionForAForgedTicket(String ticket) {
    edge.start();
    Client client = new Client("42");
    String session = client.session();
    client.open.bye();
    client.answer.put("resume", ticket);

    client.back(0).isFresh(session).bye();
    expectNothingKept();
  }

  @Test
  @SuppressWarnings("NullAway") // the extensions don't ask for their test
  void getsANewSessionAfterARestart() throws IOException {
    edge.start();
    TestGateway before = new TestGateway();
    BridgeEdge elsewhere = new BridgeEdge(before).start();
    WsConversation open = before.open();
    String ticket = shown(open, auth("42").put("resume", true)).getString("resume");
    open.bye();
    elsewhere.afterEach(null);
    before.afterEach(null);

    WsConversation client = gateway.open();
    JsonObject answer = shown(client, auth("42").put("resume", ticket));

    assertThat(answer.getBoolean("resumed")).isFalse();
    client.bye();
  }

  @Test
  void getsANewSessionWhenItComesTooLate() {
    edge.start("session: {resumeFor: 200ms}\n");
    Client client = listener();
    assertThat(client.answer.getLong("resumeFor")).isEqualTo(200);
    String session = client.session();
    client.lost();
    expectNothingKept();

    client.back(0).isFresh(session).bye();
  }

  @Test
  void isKeptNoLongerThanItsToken() {
    edge.start("auth: {leeway: 0s}\n");
    WsConversation open = gateway.open();
    String ending = Tokens.good().with("user_id", "\"42\"").in("exp", 2).text();
    shown(open, auth("42").put("token", ending).put("resume", true));
    open.reset();

    gateway.awaitTrue("away", () -> edge.hub.resumable.parked() == 1);
    expectNothingKept();
  }

  // --- not kept ---------------------------------------------------------------------------------

  @Test
  void isNotKeptUnlessItAsks() {
    edge.start();
    WsConversation client = gateway.open();
    JsonObject answer = shown(client, auth("42"));
    assertThat(answer.fieldNames()).doesNotContain("resume", "resumeFor", "resumed");
    register(client, "news");
    edge.bus().publish("news", 1);
    client.expect(rec("news", 1).encode());

    client.reset();

    expectNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "1", "null", "{}"})
  void isNotKeptForAnythingButTrue(String resume) {
    edge.start();
    String wish = auth("42").encode().replace("{\"type\"", "{\"resume\":" + resume + ",\"type\"");
    WsConversation client = gateway.open();

    assertThat(next(client.send(wish)).containsKey("resume")).isFalse();
    client.reset();
    expectNothingKept();
  }

  @Test
  void isNotKeptAfterItsOwnGoodbye() {
    edge.start();
    listener().bye();

    expectNothingKept();
  }

  @Test
  void isKeptWhenItGoesAway() {
    edge.start();
    Client client = listener();
    client.open.sendClose(CloseCode.GOING_AWAY).expectCloseAnswer(CloseCode.GOING_AWAY);
    gateway.awaitTrue("away", () -> edge.hub.resumable.parked() == 1);

    client.resumed(0, 0).bye();
  }

  @Test
  void isNotKeptAfterAViolation() {
    edge.start();
    Client client = listener();
    client.open.raw(new byte[] {(byte) 0xFF, (byte) 0x80, 0, 0, 0, 0});
    client.open.expectClose(CloseCode.PROTOCOL_ERROR, "PROTOCOL_ERROR");

    expectNothingKept();
  }

  @Test
  void isEndedWhileAwayByAKick() {
    edge.start();
    Client client = listener().lost();
    String session = client.session();

    assertThat(edge.kick("42")).isEqualTo(1);

    expectNothingKept();
    client.back(0).isFresh(session).bye();
  }

  @Test
  void isEndedAfterItsReturnByAKick() {
    edge.start();
    Client client = listener();
    for (int i = 0; i < 2; i++) {
      client.lost().resumed(0, 0);
    }

    assertThat(edge.kick("42")).isEqualTo(1);

    client.open.expectClose(CloseCode.FORBIDDEN, "SESSION_REVOKED");
    expectNothingKept();
  }

  @Test
  void countsAmongItsUsersSessionsWhileAway() {
    edge.start("auth: {sessionsPerUser: 1, onTooManySessions: replaceOldest}\n");
    Client client = listener().lost();
    String session = client.session();

    Client newer = new Client("42");

    gateway.awaitTrue("replaced", () -> edge.hub.resumable.parked() == 0);
    newer.open.bye();
    client.back(0).isFresh(session).bye();
  }

  @Test
  void goesWithItsNode() {
    edge.startAlone("drain: {over: 100ms}\n");
    listener().lost();

    done(gateway.stop());

    expectNothingKept();
  }
}
