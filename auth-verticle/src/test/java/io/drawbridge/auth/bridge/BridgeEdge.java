package io.drawbridge.auth.bridge;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.session.SessionsVerticle;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.Gateway;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.guard.GuardBus;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A secure edge on two event loops, whose clients may use a few addresses, and its event bus. */
final class BridgeEdge implements AfterEachCallback {
  static final String PING = "{\"type\":\"ping\"}";
  static final String PONG = "{\"type\":\"pong\"}";

  private static final String RULES =
      """
      bridge:
        inbound:
          - { address: echo }
          - { address: news }
          - { address: service }
          - { address: hurried, timeout: 100ms }
        outbound:
          - { address: news }
          - { address: service }
          - { address: hasty, timeout: 100ms }
          - { address: vip, scope: vip }
      """;

  final TestGateway gateway;
  final AddressHub hub = new AddressHub();

  /** All event loops'; made with the first. */
  private @Nullable SessionRegistry sessions;

  private @Nullable Gateway first;

  BridgeEdge(TestGateway gateway) {
    this.gateway = gateway;
  }

  BridgeEdge start() {
    return start(TestGateway.UNLIMITED);
  }

  /**
   * @param yaml settings besides the bridge's
   */
  BridgeEdge start(String yaml) {
    Gateway made = startAlone(yaml);
    TestGateway.done(gateway.vertx().deployVerticle(edge(made)));
    return this;
  }

  /** On one event loop. */
  Gateway startAlone(String yaml) {
    List<Gateway> made = new ArrayList<>();
    gateway.start(
        yaml + RULES,
        each -> {
          made.add(each);
          first = each;
          return edge(each);
        },
        AuthVerticle::port);
    return made.get(0);
  }

  private AuthVerticle edge(Gateway made) {
    var auth = made.settings().auth();
    if (sessions == null) {
      sessions = new SessionRegistry(auth, made.node());
    }
    KeyRing ring = KeyRing.of(auth, new Secret(Tokens.SECRET));
    return new AuthVerticle(made, ring, sessions, hub);
  }

  /** How many sessions there are, their clients there or away. */
  int sessions() {
    return sessions == null ? 0 : sessions.size();
  }

  /** Ends all sessions of a user from elsewhere; how many they were. */
  int kick(String user) {
    Gateway edge = Objects.requireNonNull(first);
    SessionRegistry registry = Objects.requireNonNull(sessions);
    TestGateway.done(
        gateway
            .vertx()
            .deployVerticle(new SessionsVerticle(edge.settings().data(), registry, edge.node())));
    JsonObject request = new JsonObject().put("op", "kick").put("user", user);
    return TestGateway.done(bus().<JsonObject>request(GuardBus.SESSIONS, request))
        .body()
        .getInteger("kicked");
  }

  EventBus bus() {
    return gateway.vertx().eventBus();
  }

  /** An authenticated client. */
  WsConversation client(String user) {
    return authenticated(gateway.open(), user);
  }

  WsConversation authenticated(WsConversation open, String user) {
    return open.send(Tokens.good().in("exp", 600).with("user_id", '"' + user + '"').text())
        .expect("Authenticated!");
  }

  /** One that listens to this address by now. */
  WsConversation listener(String user, String address) {
    return register(client(user), address);
  }

  static WsConversation register(WsConversation client, String address) {
    return client.send(envelope("register", address).encode()).send(PING).expect(PONG);
  }

  static WsConversation unregister(WsConversation client, String address) {
    return client.send(envelope("unregister", address).encode()).send(PING).expect(PONG);
  }

  static JsonObject envelope(String type, String address) {
    return new JsonObject().put("type", type).put("address", address);
  }

  static JsonObject rec(String address, @Nullable Object body) {
    return envelope("rec", address).put("body", body);
  }

  static JsonObject next(WsConversation client) {
    return new JsonObject(client.text());
  }

  /** A service that does this with each message. */
  BlockingQueue<Message<Object>> service(String address, Consumer<Message<Object>> answer) {
    BlockingQueue<Message<Object>> received = new LinkedBlockingQueue<>();
    MessageConsumer<Object> consumer = bus().consumer(address);
    consumer.handler(
        message -> {
          received.add(message);
          answer.accept(message);
        });
    TestGateway.done(consumer.completion());
    return received;
  }

  /** Every consumer goes with its last client. */
  @Override
  public void afterEach(ExtensionContext test) {
    gateway.closeAll();
    gateway.awaitNobody();
    gateway.awaitTrue("nobody listens", () -> hub.size() == 0);
  }
}
