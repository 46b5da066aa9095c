package io.drawbridge.auth.bridge;

import io.drawbridge.admission.Capacity;
import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.session.ResumeTickets;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.session.SessionsVerticle;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.edge.Gateway;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Secure edges that share nothing but the event bus and its maps, as those of two processes do; in
 * one Vert.x, each on a loopback address of its own.
 */
final class TwoNodes implements AfterEachCallback {
  private static final String RULES =
      """
      drain: { over: 100ms }
      bridge:
        inbound:
          - { address: service }
        outbound:
          - { address: news }
          - { address: service }
          - { address: vip, scope: vip }
      """;

  private final TestGateway gateway;
  private final Path folder;
  private final List<WsConversation> conversations = new ArrayList<>();
  final List<NodeOf> nodes = new ArrayList<>();

  /** How long a node waits at its end. */
  Duration farewell = Duration.ofMillis(100);

  TwoNodes(TestGateway gateway) {
    this.gateway = gateway;
    try {
      this.folder = Files.createTempDirectory("drawbridge-nodes");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What one process has. */
  final class NodeOf {
    final AddressHub hub;
    final SessionRegistry sessions;
    private final String host;
    private final Node node;
    private final AuthVerticle edge;
    private String deployment = "";

    NodeOf(String host, String yaml, Secret tickets) {
      this.host = host;
      Settings settings = settings(host, yaml);
      this.node = new Node("node-" + host, Time.system(), new SimpleMeterRegistry());
      Gateway made =
          new Gateway(
              settings,
              node,
              new Capacity(),
              new ConnectRates(vertx(), node),
              new LiveSettings(settings, null));
      this.hub = new AddressHub(ResumeTickets.of(tickets), true, farewell);
      this.sessions = new SessionRegistry(settings.auth(), node);
      KeyRing ring = KeyRing.of(settings.auth(), new Secret(Tokens.SECRET));
      this.edge = new AuthVerticle(made, ring, sessions, hub);
    }

    NodeOf start() {
      deployment = TestGateway.done(vertx().deployVerticle(edge));
      return this;
    }

    WsConversation open() {
      WsConversation open =
          WsConversation.connect(host, edge.port())
              .raw(HandshakeText.valid().bytes())
              .expectUpgrade();
      conversations.add(open);
      return open;
    }

    Future<Void> stop() {
      String ending = deployment;
      deployment = "";
      return ending.isEmpty() ? Future.succeededFuture() : vertx().undeploy(ending);
    }
  }

  TwoNodes start(String yaml) {
    return start(yaml, new Secret(Tokens.SECRET), new Secret(Tokens.SECRET));
  }

  TwoNodes start(String yaml, Secret... tickets) {
    gateway.start("", TalkingHandler::new);
    for (Secret each : tickets) {
      nodes.add(new NodeOf("127.0.0." + (nodes.size() + 2), yaml, each).start());
    }
    return this;
  }

  private Settings settings(String host, String yaml) {
    try {
      Path file =
          Files.writeString(folder.resolve(host + ".yaml"), TestGateway.UNLIMITED + RULES + yaml);
      SettingsResult result =
          SettingsReader.read(
              file,
              Map.of(),
              Map.of(
                  "auth.port",
                  "0",
                  "auth.host",
                  host,
                  "data",
                  folder.resolve("data").toString(),
                  "firewall.strikes",
                  "unlimited"));
      if (result instanceof SettingsResult.Loaded loaded) {
        return loaded.settings();
      }
      throw new IllegalArgumentException(result.toString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks for the sessions of this node, as any service may. */
  void ask(NodeOf node, JsonObject request) {
    String id =
        TestGateway.done(
            vertx()
                .deployVerticle(
                    new SessionsVerticle(folder.resolve("data"), node.sessions, node.node)));
    TestGateway.done(bus().request(GuardBus.SESSIONS, request));
    TestGateway.done(vertx().undeploy(id));
  }

  Vertx vertx() {
    return gateway.vertx();
  }

  EventBus bus() {
    return vertx().eventBus();
  }

  NodeOf first() {
    return nodes.get(0);
  }

  NodeOf second() {
    return nodes.get(1);
  }

  @Override
  public void afterEach(ExtensionContext test) throws IOException {
    conversations.forEach(WsConversation::reset);
    for (NodeOf each : nodes) {
      TestGateway.done(each.stop());
    }
    try (var files = Files.walk(folder)) {
      for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
