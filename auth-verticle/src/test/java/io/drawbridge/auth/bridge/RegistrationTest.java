package io.drawbridge.auth.bridge;

import static io.drawbridge.auth.bridge.BridgeEdge.PING;
import static io.drawbridge.auth.bridge.BridgeEdge.PONG;
import static io.drawbridge.auth.bridge.BridgeEdge.envelope;
import static io.drawbridge.auth.bridge.BridgeEdge.next;
import static io.drawbridge.auth.bridge.BridgeEdge.rec;
import static io.drawbridge.auth.bridge.BridgeEdge.register;
import static io.drawbridge.auth.bridge.BridgeEdge.unregister;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Which addresses a client hears (contract, sections 3.3 and 3.4)")
@ExtendWith(LeakCheck.class)
final class RegistrationTest {
  @RegisterExtension final TestGateway gateway = new TestGateway();
  @RegisterExtension final BridgeEdge edge = new BridgeEdge(gateway);

  @Test
  void whoRegistersHearsWhatIsPublishedFromThenOn() {
    edge.start();
    WsConversation client = edge.client("42");
    edge.bus().publish("news", "too early");

    register(client, "news");
    edge.bus().publish("news", new JsonObject().put("a", 1));

    client.expect(rec("news", new JsonObject().put("a", 1)).encode()).bye();
  }

  @Test
  void whatIsSentBehindARegistrationIsHeard() {
    edge.start();
    edge.client("42")
        .raw(
            ClientFrames.join(
                ClientFrames.text(envelope("register", "news").encode()),
                ClientFrames.text(envelope("publish", "news").put("body", "mine").encode())))
        .text();
  }

  @Test
  void whoUnregistersHearsNoMore() {
    edge.start();
    WsConversation client = edge.listener("42", "news");

    unregister(client, "news");
    edge.bus().publish("news", "not for you");

    client.send(PING).expect(PONG).bye();
    assertThat(edge.hub.eventLoops("news")).isZero();
  }

  @Test
  void aSecondRegistrationChangesNothing() {
    edge.start();
    WsConversation client = register(edge.listener("42", "news"), "news");

    edge.bus().publish("news", 1);
    edge.bus().publish("news", 2);

    client.expect(rec("news", 1).encode()).expect(rec("news", 2).encode());
    unregister(client, "news");
    edge.bus().publish("news", 3);
    client.send(PING).expect(PONG);
  }

  @Test
  void unregisteringWhatIsNotRegisteredIsAnsweredOnlyWhereItIsForbidden() {
    edge.start();
    WsConversation client = unregister(edge.client("42"), "news");

    JsonObject err = next(client.send(envelope("unregister", "secret").encode()));

    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
    assertThat(err.getString("body")).isEqualTo("access_denied");
  }

  @Test
  void theBusKnowsOnlyWhatSomebodyListensTo() {
    edge.start();
    WsConversation first = edge.listener("1", "service");
    WsConversation second = edge.listener("2", "service");

    first.bye();
    gateway.awaitOpen(1);
    var answered = edge.bus().request("service", "x");
    JsonObject request = next(second);
    second.send(envelope("send", request.getString("replyAddress")).put("body", "y").encode());
    assertThat(TestGateway.done(answered).body()).isEqualTo("y");

    second.bye();
    gateway.awaitNobody();
    String failure =
        TestGateway.done(
            edge.bus()
                .request("service", "x")
                .map("answered")
                .otherwise(cause -> String.valueOf(cause.getMessage())));
    assertThat(failure).contains("No handlers");
  }

  @Test
  void headersComeAlongAndListsOfThemAsLists() {
    edge.start();
    WsConversation client = edge.listener("42", "news");

    edge.bus()
        .publish(
            "news",
            "x",
            new DeliveryOptions()
                .addHeader("lang", "de")
                .addHeader("tag", "a")
                .addHeader("tag", "b"));

    assertThat(next(client).getJsonObject("headers"))
        .isEqualTo(
            new JsonObject().put("lang", "de").put("tag", new JsonArray().add("a").add("b")));
  }

  @Test
  void whatAnotherClientPublishesNamesThatClient() {
    edge.start();
    WsConversation client = edge.listener("42", "news");

    edge.client("7")
        .send(
            envelope("publish", "news")
                .put("body", "hello")
                .put("headers", new JsonObject().put("Drawbridge-User", "1"))
                .encode());

    JsonObject headers = next(client).getJsonObject("headers");
    assertThat(headers.getString("drawbridge-user")).isEqualTo("7");
    assertThat(headers.getString("drawbridge-node")).isEqualTo("node-test");
    assertThat(headers.fieldNames()).hasSize(3);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("{\"type\":\"register\"}", "missing_address"),
        Arguments.of("{\"type\":\"unregister\",\"address\":7}", "missing_address"),
        Arguments.of("{\"type\":\"register\",\"address\":\"\"}", "missing_address"),
        Arguments.of(
            envelope("register", "x".repeat(1_025)).encode(), "max_address_length_reached"),
        Arguments.of(envelope("register", "echo").encode(), "access_denied"),
        Arguments.of(envelope("register", "NEWS").encode(), "access_denied"),
        Arguments.of(envelope("register", "vip").encode(), "access_denied"),
        Arguments.of(envelope("register", "drawbridge.user.7").encode(), "access_denied"));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("refused")
  void refusesByTheBridgesOwnWord(String envelope, String word) {
    edge.start();
    WsConversation client = edge.client("42");

    JsonObject err = next(client.send(envelope));

    assertThat(err.getString("type")).isEqualTo("err");
    assertThat(err.getString("body")).isEqualTo(word);
    assertThat(err.containsKey("address")).isFalse();
    assertThat(err.getString("event")).isEqualTo(err.getString("failureType"));
    client.send(PING).expect(PONG).bye();
  }

  @Test
  void aScopeOpensWhatItsRuleNames() {
    gateway.start(TestGateway.UNLIMITED, () -> new BareBridge(edge.hub));
    WsConversation client = register(gateway.open(), "vip");

    gateway.vertx().eventBus().publish("vip", "x");

    client.expect(rec("vip", "x").encode());
  }

  @Test
  void aSessionMayRegisterSoManyAddressesAndNoMore() {
    gateway.start(TestGateway.UNLIMITED, () -> new BareBridge(edge.hub));
    WsConversation client = gateway.open();
    for (int i = 0; i < Registrations.MOST; i++) {
      client.send(envelope("register", "many." + i).encode());
    }
    client.send(PING).expect(PONG);

    JsonObject err = next(client.send(envelope("register", "many.more").encode()));

    assertThat(err.getString("failureType")).isEqualTo("RATE_LIMITED");
    assertThat(err.getString("body")).isEqualTo("max_handlers_reached");
    unregister(client, "many.0");
    register(client, "many.more");
  }

  @Test
  void registrationsThatATokenDoesNotCoverAnyMoreEnd() {
    gateway.start(TestGateway.UNLIMITED, () -> new BareBridge(edge.hub));
    WsConversation client = register(register(gateway.open(), "news"), "vip");

    JsonObject err = next(client.send(BareBridge.LOSES_VIP));

    assertThat(err.getString("failureType")).isEqualTo("ACCESS_DENIED");
    assertThat(err.getString("address")).isEqualTo("vip");
    gateway.vertx().eventBus().publish("vip", "x");
    gateway.vertx().eventBus().publish("drawbridge.user.42", "y");
    client.expect(rec("drawbridge.user.42", "y").encode());
    gateway.vertx().eventBus().publish("news", "z");
    client.expect(rec("news", "z").encode());
    assertThat(gateway.errors().text()).isEmpty();
  }
}
