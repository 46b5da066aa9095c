package io.drawbridge.auth.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Envelopes to the event bus and back (contract, section 3.3)")
@ExtendWith(LeakCheck.class)
final class BridgeSessionTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();

  private WsConversation authenticated() {
    gateway.start(
        TestGateway.UNLIMITED,
        made -> new AuthVerticle(made, new Secret(Tokens.SECRET)),
        AuthVerticle::port);
    return another();
  }

  private WsConversation authenticated(String bridge) {
    gateway.start(
        TestGateway.UNLIMITED + bridge,
        made -> new AuthVerticle(made, new Secret(Tokens.SECRET)),
        AuthVerticle::port);
    return another();
  }

  private WsConversation another() {
    return gateway.open().send(Tokens.good().text()).expect("Authenticated!");
  }

  /** A service at the one address that clients may use. */
  private BlockingQueue<Message<Object>> service(Consumer<Message<Object>> answer) {
    BlockingQueue<Message<Object>> received = new LinkedBlockingQueue<>();
    MessageConsumer<Object> consumer = gateway.vertx().eventBus().consumer("echo");
    consumer.handler(
        message -> {
          received.add(message);
          answer.accept(message);
        });
    TestGateway.done(consumer.completion());
    return received;
  }

  private static JsonObject send(@Nullable Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", "echo")
        .put("body", body)
        .put("replyAddress", "reply-1");
  }

  private static JsonObject answer(WsConversation client, String envelope) {
    return new JsonObject(client.send(envelope).text());
  }

  private static JsonObject answer(WsConversation client, JsonObject envelope) {
    return answer(client, envelope.encode());
  }

  /** An err of the form that the contract has, whose id stands in the log with the user's name. */
  private JsonObject assertErr(JsonObject err, String type, int code) {
    assertThat(err.getString("type")).isEqualTo("err");
    assertThat(err.getString("failureType")).isEqualTo(type);
    assertThat(err.getInteger("failureCode")).isEqualTo(code);
    assertThat(err.getString("message")).isNotEmpty();
    assertThat(err.getBoolean("temporary")).isNotNull();
    assertThat(err.containsKey("retryAfterMs")).isEqualTo(err.getBoolean("temporary"));
    JsonObject event = gateway.errors().awaitId(err.getString("errorId"));
    assertThat(event.getString("kind")).isEqualTo(type);
    assertThat(event.getString("user")).isEqualTo("42");
    assertThat(event.getString("session")).isNotEmpty();
    return err;
  }

  @AfterEach
  void theLogTellsNoTokenAndNoMessage() {
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(gateway.errors().text()).doesNotContain("eyJ", "a body that is nobody's business");
  }

  // --- requests ---------------------------------------------------------------------------------

  static Stream<Object> bodies() {
    return Stream.of(
        "text",
        "",
        42,
        1L << 40,
        1.5,
        true,
        new JsonObject().put("a", 1).putNull("b"),
        new JsonArray().add("x").add(new JsonObject()));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("bodies")
  void carriesABodyThereAndBack(Object body) {
    WsConversation client = authenticated();
    service(message -> message.reply(message.body()));

    JsonObject rec = answer(client, send(body));

    assertThat(rec)
        .isEqualTo(new JsonObject().put("type", "rec").put("address", "reply-1").put("body", body));
    client.bye();
  }

  @Test
  @SuppressWarnings("NullAway") // the event bus takes null as a body
  void carriesNullAndNoBody() {
    WsConversation client = authenticated();
    BlockingQueue<Message<Object>> received = service(message -> message.reply(null));
    JsonObject without = send(null);
    without.remove("body");

    assertThat(answer(client, send(null)).containsKey("body")).isTrue();
    assertThat(answer(client, without).getValue("body")).isNull();
    assertThat(received).extracting(Message::body).containsExactly(null, null);
  }

  @Test
  void handsOnTheHeadersOfAReply() {
    WsConversation client = authenticated();
    service(message -> message.reply("x", new DeliveryOptions().addHeader("lang", "de")));

    assertThat(answer(client, send("x")).getJsonObject("headers"))
        .isEqualTo(new JsonObject().put("lang", "de"));
  }

  @Test
  @DisplayName("a service knows who speaks: by headers that no client can set")
  void stampsHeadersThatNoClientCanForge() throws InterruptedException {
    WsConversation client = authenticated();
    BlockingQueue<Message<Object>> received = service(message -> message.reply("ok"));
    JsonObject forged =
        new JsonObject()
            .put("drawbridge-user", "admin")
            .put("Drawbridge-User", "admin")
            .put("DRAWBRIDGE-SESSION", "stolen")
            .put("drawbridge-node", "elsewhere")
            .put("drawbridge-anything", "x")
            .put("mine", "kept")
            .put("number", 7);

    answer(client, send("x").put("headers", forged));

    MultiMap headers = received.remove().headers();
    assertThat(headers.getAll("drawbridge-user")).containsExactly("42");
    assertThat(headers.getAll("drawbridge-node")).containsExactly("node-test");
    assertThat(headers.getAll("drawbridge-session")).hasSize(1).doesNotContain("stolen");
    assertThat(headers.contains("drawbridge-anything")).isFalse();
    assertThat(headers.get("mine")).isEqualTo("kept");
    assertThat(headers.get("number")).isEqualTo("7");
  }

  @Test
  void eachConnectionIsASessionOfItsOwn() {
    WsConversation first = authenticated();
    WsConversation second = another();
    BlockingQueue<Message<Object>> received = service(message -> message.reply("ok"));

    answer(first, send("x"));
    answer(first, send("x"));
    answer(second, send("x"));

    var sessions = received.stream().map(m -> m.headers().get("drawbridge-session")).toList();
    assertThat(sessions.get(0)).isEqualTo(sessions.get(1)).isNotEqualTo(sessions.get(2));
  }

  @Test
  void sendsWithoutAReplyAndPublishes() throws InterruptedException {
    WsConversation client = authenticated();
    BlockingQueue<Message<Object>> one = service(message -> {});
    BlockingQueue<Message<Object>> other = service(message -> {});
    JsonObject envelope = send("x");
    envelope.remove("replyAddress");

    client.send(envelope.put("type", "publish").encode());

    assertThat(one.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(other.poll(10, TimeUnit.SECONDS)).isNotNull();
    client.send(envelope.put("type", "send").encode());
    // Answered behind it, so it has been handed on by then.
    client.send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}");
    gateway.awaitTrue("one of them has it", () -> one.size() + other.size() == 1);
  }

  @Test
  void answersManyRequestsAtOnce() {
    WsConversation client = authenticated();
    service(message -> message.reply(message.body()));

    for (int i = 0; i < 200; i++) {
      client.send(send(i).put("replyAddress", "r" + i).encode());
    }

    for (int i = 0; i < 200; i++) {
      JsonObject rec = new JsonObject(client.text());
      assertThat(rec.getString("address")).isEqualTo("r" + rec.getInteger("body"));
    }
  }

  @Test
  void takesNoMoreRequestsThanItCanWaitFor() {
    WsConversation client = authenticated();
    service(message -> {});
    for (int i = 0; i < 256; i++) {
      client.send(send(i).encode());
    }

    assertErr(answer(client, send("one too many")), "RATE_LIMITED", 429);
  }

  @Test
  void anAnswerThatComesTooLateHarmsNobody() throws InterruptedException {
    WsConversation client = authenticated();
    BlockingQueue<Message<Object>> received = service(message -> {});
    client.send(send("x").encode());
    Message<Object> request = received.poll(10, TimeUnit.SECONDS);
    client.bye();
    gateway.awaitNobody();

    assertThat(request).isNotNull();
    request.reply("too late");

    another().send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}");
  }

  // --- refusals ---------------------------------------------------------------------------------

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"send", "publish"})
  void letsNobodyToAnAddressThatNoRuleNames(String type) {
    WsConversation client = authenticated();

    for (String address :
        new String[] {"secret", "ECHO", "echo ", "echo.", "drawbridge.guard.errors"}) {
      JsonObject err = answer(client, send("x").put("type", type).put("address", address));

      assertErr(err, "ACCESS_DENIED", 403);
      assertThat(err.getString("address")).isEqualTo("reply-1");
      assertThat(err.getString("body")).isEqualTo("access_denied");
      assertThat(err.getBoolean("temporary")).isFalse();
    }
    client.bye();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"register", "unregister"})
  void letsNobodyRegister(String type) {
    JsonObject err =
        answer(authenticated(), new JsonObject().put("type", type).put("address", "echo"));

    assertErr(err, "ACCESS_DENIED", 403);
    assertThat(err.containsKey("address")).isFalse();
  }

  @Test
  void tellsThatNobodyServesAnAddress() {
    JsonObject err = assertErr(answer(authenticated(), send("x")), "NO_HANDLERS", -1);

    assertThat(err.getString("address")).isEqualTo("reply-1");
    assertThat(err.getBoolean("temporary")).isTrue();
  }

  @Test
  void handsOnTheFailureOfAService() {
    WsConversation client = authenticated();
    service(message -> message.fail(17, "sold out"));

    JsonObject err = assertErr(answer(client, send("x")), "RECIPIENT_FAILURE", 17);

    assertThat(err.getString("address")).isEqualTo("reply-1");
    assertThat(err.getString("message")).isEqualTo("sold out");
  }

  @Test
  void carriesAnAnswerOfBytesAsBase64() {
    WsConversation client = authenticated();
    service(message -> message.reply(Buffer.buffer("bytes")));

    assertThat(answer(client, send("x")).getBinary("body"))
        .isEqualTo(Buffer.buffer("bytes").getBytes());
  }

  @Test
  @DisplayName("a body that breaks its schema: 422 with the pointer, and the connection stays")
  void tellsWhereABodyBreaksItsSchema() {
    WsConversation client =
        authenticated(
            """
            bridge: { inbound: [ { address: echo, schema:
              { properties: { to: { type: array, items: { format: email } } } } } ] }
            """);
    service(message -> message.reply("ok"));
    JsonObject bad = new JsonObject().put("to", new JsonArray().add("me@example.com").add("a@b"));

    JsonObject err = assertErr(answer(client, send(bad)), "INVALID_BODY", 422);

    assertThat(err.getString("pointer")).isEqualTo("/to/1");
    assertThat(err.getString("message")).startsWith("/to/1: ");
    assertThat(err.getString("address")).isEqualTo("reply-1");
    assertThat(err.getString("body")).isEqualTo("invalid_body");
    assertThat(err.getBoolean("temporary")).isFalse();
    assertThat(gateway.errors().awaitId(err.getString("errorId")).getString("detail"))
        .isEqualTo("bridge.inbound[0].schema/properties/to/items/format");
    assertThat(answer(client, send(new JsonObject())).getString("body")).isEqualTo("ok");
    client.bye();
  }

  @Test
  void waitsForAReplyAsLongAsTheRuleSays() {
    WsConversation client =
        authenticated("bridge: { inbound: [ { addressRegex: 'e.*', timeout: 20ms } ] }\n");
    service(message -> {});

    assertErr(answer(client, send("x")), "TIMEOUT", -1);
  }

  @Test
  void opensNoneOfOurAddressesByAPattern() {
    WsConversation client = authenticated("bridge: { inbound: [ { addressRegex: '.*' } ] }\n");

    for (String address :
        new String[] {"drawbridge.guard.bans", "drawbridge.user.43", "__vertx.reply.1"}) {
      assertErr(answer(client, send("x").put("address", address)), "ACCESS_DENIED", 403);
    }
  }

  static Stream<Arguments> badEnvelopes() {
    return Stream.of(
        Arguments.of("hello", "invalid_json"),
        Arguments.of("", "invalid_json"),
        Arguments.of("[]", "invalid_json"),
        Arguments.of("null", "invalid_json"),
        Arguments.of("42", "invalid_json"),
        Arguments.of("{", "invalid_json"),
        Arguments.of("{\"type\":\"ping\"} {}", "invalid_json"),
        Arguments.of("[".repeat(5_000), "invalid_json"),
        Arguments.of("{\"a\":".repeat(5_000), "invalid_json"),
        Arguments.of("{}", "missing_type"),
        Arguments.of("{\"type\":null}", "missing_type"),
        Arguments.of("{\"type\":7}", "missing_type"),
        Arguments.of("{\"type\":\"\"}", "invalid_type"),
        Arguments.of("{\"type\":\"PING\"}", "invalid_type"),
        Arguments.of("{\"type\":\"rec\"}", "invalid_type"),
        Arguments.of("{\"type\":\"send\"}", "missing_address"),
        Arguments.of("{\"type\":\"send\",\"address\":\"\"}", "missing_address"),
        Arguments.of("{\"type\":\"send\",\"address\":7}", "missing_address"),
        Arguments.of("{\"type\":\"publish\",\"address\":null}", "missing_address"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"" + "x".repeat(1_025) + "\"}", "invalid_address"),
        Arguments.of("{\"type\":\"send\",\"address\":\"echo\",\"headers\":[]}", "invalid_headers"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"echo\",\"headers\":\"x\"}", "invalid_headers"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"echo\",\"replyAddress\":7}", "invalid_reply_address"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"echo\",\"body\":" + "9".repeat(40) + "}",
            "invalid_body"));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @MethodSource("badEnvelopes")
  void refusesABadEnvelopeByTheBridgesOwnWord(String envelope, String word) {
    WsConversation client = authenticated();

    JsonObject err = assertErr(answer(client, envelope), "INVALID_MESSAGE", 400);

    assertThat(err.getString("body")).isEqualTo(word);
    assertThat(err.getBoolean("temporary")).isFalse();
    client.send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}").bye();
  }

  @Test
  void neverLogsWhatAClientSaid() {
    WsConversation client = authenticated();

    JsonObject err = answer(client, "a body that is nobody's business");

    assertErr(err, "INVALID_MESSAGE", 400);
  }
}
