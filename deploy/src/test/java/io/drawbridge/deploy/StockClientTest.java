package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.session.SessionsVerticle;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.config.Secret;
import io.drawbridge.config.Settings;
import io.drawbridge.edge.Gateway;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Time;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The unmodified client of Vert.x, which speaks SockJS")
final class StockClientTest {
  private static final Path NODE = ForeignProgram.CLIENTS.resolve("node");
  private static final Secret SECRET = new Secret("a secret of tests alone, 32 bytes or more");

  /** Addresses and their rules; the user's own needs none. */
  private static final String RULES =
      """
      bridge:
        inbound: [{address: orders}, {address: nobody}, {address: news}, {address: more}]
        outbound: [{address: news}, {address: more}, {address: work}]
      """;

  private static final String[] TRANSCRIPT = {
    "open by the transport websocket",
    "authenticated by a send to drawbridge.auth",
    "sent, and got the reply",
    "got failures: of the service, without one, without the right",
    "registered, published, and heard it",
    "answered a request of a service",
    "heard what was pushed to its user",
    "was told of an error by onevent",
    "unregistered, and heard no more",
    "was closed: 3003 SESSION_REVOKED",
    "came back, authenticated, sent, and got the reply",
    "authenticated by headers.Authorization, and closed",
    "was refused with a bad token: 401 INVALID_TOKEN, closed with 3000",
    "found no other transport: 2000 All transports failed",
    "well"
  };

  @TempDir private Path profile = Path.of("");
  @RegisterExtension final TestGateway gateway = new TestGateway();
  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
  private JsonObject arguments = new JsonObject();
  private int port;

  @BeforeEach
  void startAServerAndWhatTheClientTalksTo() {
    List<Gateway> made = new ArrayList<>();
    gateway.start(TestGateway.UNLIMITED + RULES, each -> edge(each, made), AuthVerticle::port);
    gateway.vertx().eventBus().consumer("orders", StockClientTest::order);
    Settings settings = made.get(0).settings();
    Secret other = new Secret("another secret that nobody here believes in");
    arguments =
        new JsonObject()
            .put("url", "http://localhost:" + gateway.port() + "/eventbus")
            .put("token", token(settings, SECRET))
            .put("badToken", token(settings, other));
    HttpServer pages =
        TestGateway.done(
            gateway.vertx().createHttpServer().requestHandler(this::serve).listen(0, "127.0.0.1"));
    port = pages.actualPort();
  }

  private AuthVerticle edge(Gateway each, List<Gateway> made) {
    made.add(each);
    Settings settings = each.settings();
    SessionRegistry sessions = new SessionRegistry(settings.auth(), each.node());
    TestGateway.done(
        gateway
            .vertx()
            .deployVerticle(new SessionsVerticle(settings.data(), sessions, each.node())));
    return new AuthVerticle(each, KeyRing.of(settings.auth(), SECRET), sessions, new AddressHub());
  }

  private String token(Settings settings, Secret secret) {
    return new TokenIssuer(gateway.vertx(), settings.auth(), secret, Time.system().wall())
        .issue("ada", Duration.ofMinutes(5), "");
  }

  // --- what the client talks to -----------------------------------------------------------------

  private static void order(Message<Object> order) {
    if ("bad".equals(order.body())) {
      order.fail(42, "no such item");
    } else {
      order.reply(
          new JsonObject()
              .put("taken", order.body())
              .put("by", order.headers().get("drawbridge-user")));
    }
  }

  private void serve(HttpServerRequest request) {
    String path = request.path();
    if (path.equals("/arguments")) {
      request.response().end(arguments.encode());
    } else if (path.equals("/result")) {
      request.body().onSuccess(body -> results.add(body.toString()));
      request.response().end();
    } else if (path.startsWith("/do/")) {
      acted(path.substring("/do/".length())).onSuccess(request.response()::end);
    } else {
      request.response().sendFile(NODE.resolve(path.substring(1)).toString());
    }
  }

  private Future<String> acted(String action) {
    var bus = gateway.vertx().eventBus();
    return switch (action) {
      case "work" -> bus.<String>request("work", "dig").map(Message::body);
      case "push" -> {
        bus.publish("drawbridge.user.ada", "for ada");
        yield Future.succeededFuture("");
      }
      case "kick" ->
          bus.request(GuardBus.SESSIONS, new JsonObject().put("op", "kick").put("user", "ada"))
              .map("");
      default -> Future.failedFuture(action);
    };
  }

  private void expectTheWholeConversation(List<String> command)
      throws IOException, InterruptedException {
    assertThat(ForeignProgram.during(NODE, command, results).lines()).containsExactly(TRANSCRIPT);
  }

  // --- where it runs ----------------------------------------------------------------------------

  @Test
  void talksToUsInNode() throws Exception {
    ForeignProgram.needs(
        "node with the client; run npm ci in " + NODE,
        NODE,
        "node",
        "-e",
        "import('@vertx/eventbus-bridge-client.js')");

    expectTheWholeConversation(List.of("node", "stock-node.js", "http://127.0.0.1:" + port));
  }

  @Test
  void talksToUsInChromium() throws Exception {
    Chromium.needs();
    ForeignProgram.needs("npm ci in " + NODE, NODE, "ls", "node_modules/sockjs-client/dist");

    expectTheWholeConversation(
        Chromium.command(profile, "http://localhost:" + port + "/stock.html"));
  }
}
