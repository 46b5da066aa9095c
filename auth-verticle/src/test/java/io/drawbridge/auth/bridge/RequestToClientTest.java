package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A client serves an address: requests from the bus and its answers (contract, 3.3)")
@ExtendWith(LeakCheck.class)
final class RequestToClientTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  private Future<Message<Object>> request(Object body) {
    return edge.bus().request("service", body);
  }

  private static String answer(JsonObject request, @Nullable Object body) {
    return envelope("send", request.getString("replyAddress")).put("body", body).encode();
  }

  /** How a request failed. */
  private static ReplyException failure(Future<?> request) {
    ReplyException failure =
        TestGateway.done(request.map((ReplyException) null).recover(RequestToClientTest::ofReply));
    assertThat(failure).as("a failure").isNotNull();
    return failure;
  }

  private static Future<ReplyException> ofReply(Throwable cause) {
    return cause instanceof ReplyException reply
        ? Future.succeededFuture(reply)
        : Future.failedFuture(cause);
  }

  @Test
  void aRequestComesWithAnAddressForItsAnswer() {
    edge.start();
    WsConversation client = edge.listener("42", "service");

    Future<Message<Object>> asked = request(new JsonObject().put("q", 1));
    JsonObject request = next(client);
    client.send(answer(request, new JsonObject().put("a", 2)));

    assertThat(request.getString("address")).isEqualTo("service");
    assertThat(request.getJsonObject("body")).isEqualTo(new JsonObject().put("q", 1));
    assertThat(request.getString("replyAddress")).matches("drawbridge\\.reply\\.[0-9a-f]{32}\\.1");
    Message<Object> reply = TestGateway.done(asked);
    assertThat(reply.body()).isEqualTo(new JsonObject().put("a", 2));
    assertThat(reply.headers().get("drawbridge-user")).isEqualTo("42");
  }

  @Test
  void oneClientServesAnother() {
    edge.start();
    WsConversation service = edge.listener("service", "service");
    WsConversation caller = edge.client("caller");

    caller.send(envelope("send", "service").put("body", "what?").put("replyAddress", "r").encode());
    JsonObject request = next(service);
    service.send(answer(request, "that"));

    assertThat(request.getJsonObject("headers").getString("drawbridge-user")).isEqualTo("caller");
    JsonObject rec = next(caller);
    assertThat(rec.getString("address")).isEqualTo("r");
    assertThat(rec.getString("body")).isEqualTo("that");
    assertThat(rec.getJsonObject("headers").getString("drawbridge-user")).isEqualTo("service");
  }

  @Test
  void eachRequestGoesToOneInTurn() {
    edge.start();
    List<WsConversation> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(edge.listener("client-" + i, "service"));
    }
    assertThat(edge.hub.eventLoops("service")).isEqualTo(2);

    for (int i = 0; i < 12; i++) {
      edge.bus().send("service", i);
    }

    List<Object> seen = new ArrayList<>();
    for (WsConversation client : clients) {
      for (int i = 0; i < 3; i++) {
        seen.add(next(client).getValue("body"));
      }
      client.send(PING).expect(PONG);
    }
    assertThat(seen).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void answersMayAskBack() {
    edge.start();
    WsConversation client = edge.listener("42", "service");
    Future<Message<Object>> asked = request("knock");

    JsonObject request = next(client);
    client.send(
        envelope("send", request.getString("replyAddress"))
            .put("body", "who is there?")
            .put("replyAddress", "r1")
            .encode());
    Future<Message<Object>> more = TestGateway.done(asked).replyAndRequest("me");
    JsonObject second = next(client);
    assertThat(second.getString("address")).isEqualTo("r1");
    assertThat(second.getString("body")).isEqualTo("me");
    client.send(
        envelope("send", second.getString("replyAddress"))
            .put("body", "me who?")
            .put("replyAddress", "r2")
            .encode());
    TestGateway.done(more).fail(7, "enough");

    JsonObject err = next(client);
    assertThat(err.getString("address")).isEqualTo("r2");
    assertThat(err.getString("failureType")).isEqualTo("RECIPIENT_FAILURE");
    assertThat(err.getInteger("failureCode")).isEqualTo(7);
  }

  @Test
  void aServiceMayAskAClientBack() {
    edge.start();
    edge.service(
        "echo", message -> message.replyAndRequest("more?").onSuccess(m -> m.reply(m.body())));
    WsConversation client = edge.client("42");

    client.send(envelope("send", "echo").put("body", "x").put("replyAddress", "r1").encode());
    JsonObject question = next(client);
    client.send(
        envelope("send", question.getString("replyAddress"))
            .put("body", "yes")
            .put("replyAddress", "r2")
            .encode());

    assertThat(question.getString("address")).isEqualTo("r1");
    JsonObject last = next(client);
    assertThat(last.getString("address")).isEqualTo("r2");
    assertThat(last.getString("body")).isEqualTo("yes");
  }

  @Test
  void aRuleSaysHowLongAServiceMayTake() {
    edge.start();
    edge.service("hurried", message -> {});
    WsConversation client = edge.client("42");

    client.send(envelope("send", "hurried").put("body", "x").put("replyAddress", "r1").encode());

    JsonObject err = next(client);
    assertThat(err.getString("address")).isEqualTo("r1");
    assertThat(err.getString("failureType")).isEqualTo("TIMEOUT");
    assertThat(err.getInteger("failureCode")).isEqualTo(-1);
  }

  @Test
  void anAddressForAnAnswerWorksOnce() {
    edge.start();
    WsConversation client = edge.listener("42", "service");
    Future<Message<Object>> asked = request("x");
    JsonObject request = next(client);
    client.send(answer(request, "first"));
    assertThat(TestGateway.done(asked).body()).isEqualTo("first");

    JsonObject err = next(client.send(answer(request, "second")));

    assertThat(err.getString("failureType")).isEqualTo("NO_HANDLERS");
    assertThat(err.getString("body")).isEqualTo("no_handlers");
  }

  @Test
  void anAddressForAnAnswerWorksForItsSessionAlone() {
    edge.start();
    WsConversation client = edge.listener("42", "service");
    WsConversation thief = edge.client("42");
    Future<Message<Object>> asked = request("x");
    JsonObject request = next(client);

    JsonObject err = next(thief.send(answer(request, "stolen")));
    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
    err =
        next(
            client.send(
                envelope("publish", request.getString("replyAddress")).put("body", 1).encode()));
    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");

    client.send(answer(request, "mine"));
    assertThat(TestGateway.done(asked).body()).isEqualTo("mine");
  }

  @Test
  void aCallerIsToldAtOnceThatItsClientIsGone() {
    edge.start();
    WsConversation client = edge.listener("42", "service");
    Future<Message<Object>> asked = request("x");
    next(client);

    client.reset();

    ReplyException failure = failure(asked);
    assertThat(failure.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
    assertThat(failure.failureCode()).isEqualTo(503);
    assertThat(failure).hasMessageContaining("gone");
  }

  @Test
  void aCallerIsToldWhenAClientTakesLongerThanItsRuleLets() {
    edge.start();
    WsConversation client = register(edge.client("42"), "hasty");

    Future<Message<Object>> asked = edge.bus().request("hasty", "x");
    JsonObject request = next(client);
    ReplyException failure = failure(asked);

    assertThat(failure.failureCode()).isEqualTo(504);
    JsonObject err = next(client.send(answer(request, "too late")));
    assertThat(err.getString("failureType")).isEqualTo("NO_HANDLERS");
  }

  @Test
  void aClientWithTooManyOpenRequestsIsPassedOver() {
    edge.start();
    WsConversation busy = edge.listener("busy", "service");
    for (int i = 0; i < OpenRequests.MOST; i++) {
      request(i);
    }
    for (int i = 0; i < OpenRequests.MOST; i++) {
      next(busy);
    }

    ReplyException failure = failure(request("one more"));
    assertThat(failure.failureCode()).isEqualTo(503);

    WsConversation idle = edge.listener("idle", "service");
    for (int i = 0; i < 3; i++) {
      request("for the idle one");
      assertThat(next(idle).getString("body")).isEqualTo("for the idle one");
    }
    busy.send(PING).expect(PONG);
  }

  @Test
  void aSlowClientIsPassedOver() {
    edge.start(TestGateway.UNLIMITED.replace("{", "{outbound: 256KiB, "));
    WsConversation slow = register(edge.authenticated(gateway.openNarrow(), "slow"), "service");
    String large = "x".repeat(32 * 1024);
    // Until all that the kernel takes is full, and more than half of what we queue.
    List<Future<Message<Object>>> failed = new ArrayList<>();
    for (int i = 0; i < 1_000 && failed.isEmpty(); i++) {
      Future<Message<Object>> asked = request(large);
      TestGateway.done(gateway.vertx().timer(5));
      if (asked.isComplete()) {
        failed.add(asked);
      }
    }
    assertThat(failure(failed.get(0)).failureCode()).isEqualTo(503);

    WsConversation fast = edge.listener("fast", "service");
    for (int i = 0; i < 5; i++) {
      edge.bus().send("service", i);
      assertThat(next(fast).getInteger("body")).isEqualTo(i);
    }
    slow.reset();
  }

  @Test
  void bytesComeAsBase64() {
    edge.start();
    WsConversation client = edge.listener("42", "service");

    edge.bus().send("service", Buffer.buffer("bytes"));

    assertThat(next(client).getBinary("body")).isEqualTo(Buffer.buffer("bytes").getBytes());
  }

  @Test
  void whatCanNotBeJsonFailsItsSenderAndHarmsNobody() {
    edge.start();
    edge.bus().registerDefaultCodec(Stubborn.class, new StubbornCodec());
    WsConversation client = edge.listener("42", "service");

    ReplyException failure = failure(request(new Stubborn()));
    edge.bus().publish("service", new Stubborn());

    assertThat(failure.failureCode()).isEqualTo(500);
    client.send(PING).expect(PONG);
    edge.bus().publish("service", "x");
    assertThat(next(client).getString("body")).isEqualTo("x");
  }

  @Test
  void aReplyThatCanNotBeJsonFailsTheClientsRequest() {
    edge.start();
    edge.bus().registerDefaultCodec(Stubborn.class, new StubbornCodec());
    edge.service("echo", message -> message.reply(new Stubborn()));
    WsConversation client = edge.client("42");

    client.send(envelope("send", "echo").put("body", "x").put("replyAddress", "r1").encode());

    JsonObject err = next(client);
    assertThat(err.getString("address")).isEqualTo("r1");
    assertThat(err.getString("failureType")).isEqualTo("INTERNAL_ERROR");
  }

  /** Can't be read. */
  public static final class Stubborn {
    public Object getAnything() {
      return List.of().get(0);
    }
  }

  private static final class StubbornCodec implements MessageCodec<Stubborn, Stubborn> {
    @Override
    public void encodeToWire(Buffer buffer, Stubborn body) {}

    @Override
    public Stubborn decodeFromWire(int position, Buffer buffer) {
      return new Stubborn();
    }

    @Override
    public Stubborn transform(Stubborn body) {
      return body;
    }

    @Override
    public String name() {
      return "stubborn";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }

  @Test
  void aReplyThatComesAfterTheClientIsGoneFailsWhereItAsksBack() throws InterruptedException {
    edge.start();
    BlockingQueue<Message<Object>> received = edge.service("echo", message -> {});
    WsConversation client = edge.client("42");
    client.send(envelope("send", "echo").put("body", "x").put("replyAddress", "r1").encode());
    Message<Object> message = received.poll(10, TimeUnit.SECONDS);
    assertThat(message).isNotNull();
    client.reset();
    gateway.awaitNobody();

    ReplyException failure = failure(message.replyAndRequest("still there?"));

    assertThat(failure.failureCode()).isEqualTo(503);
  }
}
