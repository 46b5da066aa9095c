package io.drawbridge.echo;

import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The echo server and the echo service (contract, section 2)")
@ExtendWith(LeakCheck.class)
final class EchoVerticleTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();

  private TestGateway start(String yaml) {
    return gateway.start(yaml, EchoVerticle::new, EchoVerticle::port);
  }

  @Test
  void answersTextBehindThePrefix() {
    start("").open().send("hi").expect("Server received: hi").bye();
  }

  @Test
  void answersEmptyText() {
    start("").open().send("").expect("Server received: ").bye();
  }

  @Test
  void answersTextOfAnyLanguageAndSize() {
    String large = "grüß dich, 世界 🌍 ".repeat(1_500);

    start("").open().send(large).expect("Server received: " + large).bye();
  }

  @Test
  void answersBinaryUnchanged() {
    byte[] bytes = {0, 1, -1, 127, -128};

    start("").open().sendBinary(bytes).expectBinary(bytes).sendBinary().expectBinary().bye();
  }

  @Test
  void answersFragmentsAsOneMessage() {
    start("")
        .open()
        .raw(ClientFrames.join(ClientFrames.firstText("a"), ClientFrames.last("b")))
        .expect("Server received: ab")
        .bye();
  }

  @Test
  void answersByteForByteWithAnEmptyPrefix() {
    start("echo: {prefix: ''}").open().send("hi").expect("hi").send("").expect("").bye();
  }

  @Test
  void answersBehindAnyOtherPrefix() {
    start("echo: {prefix: '→ '}").open().send("hi").expect("→ hi").bye();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"/", "/chat", "/a/b/c?d=e", "/eventbus/websocket"})
  void servesAnyPath(String path) {
    start("").open(HandshakeText.valid().target(path)).send("hi").expect("Server received: hi");
  }

  /** {@code expectUpgrade} holds that neither stands in the answer. */
  @Test
  void selectsNoSubprotocolAndNoExtension() {
    start("")
        .open(
            HandshakeText.valid()
                .plus("Sec-WebSocket-Protocol", "chat, drawbridge")
                .plus("Sec-WebSocket-Extensions", "permessage-deflate"))
        .send("hi")
        .expect("Server received: hi")
        .bye();
  }

  @Test
  @DisplayName("all connections of one address share its permits, and the client is told once")
  void limitsByAddress() {
    start("limits: {keyMessages: 10/s}");
    WsConversation first = gateway.open();
    WsConversation second = gateway.open();
    byte[] hundred =
        ClientFrames.join(
            Stream.generate(() -> ClientFrames.text("x")).limit(100).toArray(byte[][]::new));

    first.raw(hundred).expect("Server received: x");
    second.raw(hundred);
    // How many come first is the scheduler's to say: the two share one bucket, which refills.
    while (second.peek().text().equals("Server received: x")) {
      second.next();
    }
    second.expectErrorLine("reading goes on in");

    JsonObject event = gateway.errors().awaitId(second.ref());
    assertThat(event.getString("kind")).isEqualTo("RATE_LIMITED");
    assertThat(event.getString("edge")).isEqualTo("echo");
  }

  // --- the service on the event bus -------------------------------------------------------------

  private Message<Object> request(Object body) {
    return TestGateway.done(gateway.vertx().eventBus().request(EchoVerticle.ADDRESS, body));
  }

  @Test
  void theServiceAnswersAStringBehindThePrefix() {
    start(UNLIMITED);

    assertThat(request("hi").body()).isEqualTo("Server received: hi");
  }

  static Stream<Object> otherBodies() {
    return Stream.of(
        new JsonObject().put("a", new JsonArray().add(1).addNull()),
        new JsonArray().add("x"),
        42,
        42L,
        1.5,
        true);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherBodies")
  void theServiceAnswersAnyOtherBodyUnchanged(Object body) {
    start(UNLIMITED);

    assertThat(request(body).body()).isEqualTo(body);
  }

  @Test
  @SuppressWarnings("NullAway") // null is a body too
  void theServiceAnswersNullWithNull() {
    start(UNLIMITED);

    assertThat(request(null).body()).isNull();
  }

  @Test
  void theServiceIsNotHarmedByWhoWantsNoAnswer() {
    start(UNLIMITED);

    gateway.vertx().eventBus().publish(EchoVerticle.ADDRESS, "to everybody");
    gateway.vertx().eventBus().send(EchoVerticle.ADDRESS, "without a reply");

    assertThat(request("hi").body()).isEqualTo("Server received: hi");
  }

  @Test
  void sendsEverybodyAwayWhenItStops() {
    WsConversation client = start("drain: {over: 0s}").open();

    var stopped = gateway.stop();

    client.expectClose(1012, "SHUTTING_DOWN").sendClose(1012).expectEof();
    TestGateway.done(stopped);
    gateway.awaitNobody();
  }
}
