package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.admission.Capacity;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.TlsMaterial;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.Edge;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A guard and edges in a real Vert.x on free ports, with a data folder and an error log of their
 * own; taken down after each test, together with the conversations that it opened.
 */
public final class TestGateway implements AfterEachCallback {
  /** No limits but those that a test sets: an edge's are laid over these. */
  public static final String UNLIMITED =
      "limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited,"
          + " connectRate: unlimited}\n";

  private final Path folder;
  private final List<WsConversation> conversations = new ArrayList<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Capacity capacity = new Capacity();
  private @Nullable TlsMaterial tls;
  private @Nullable TlsClient client;
  private boolean nativeTransport = System.getProperty("os.name").equals("Linux");
  private Vertx vertx;
  private Gateway gateway;
  private LiveSettings live;
  private String deployment = "";
  private int port;

  @SuppressWarnings("NullAway.Init") // vertx, gateway and live are set in start()
  public TestGateway() {
    try {
      folder = Files.createTempDirectory("drawbridge-test");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Will run on Java's transport, and not on the system's own, as the product does where it can.
   */
  public TestGateway onJavaTransport() {
    nativeTransport = false;
    return this;
  }

  /**
   * Will speak TLS, and be spoken to by this client.
   *
   * @param client null for conversations without TLS
   */
  public TestGateway secure(TlsMaterial material, @Nullable TlsClient client) {
    this.tls = material;
    this.client = client;
    return this;
  }

  /** Starts a guard and an edge that has these handlers. */
  public TestGateway start(String yaml, Supplier<? extends MessageHandler> handlers) {
    return start(
        yaml, (handshake, guard) -> Future.succeededFuture(Acceptance.accepted(handlers.get())));
  }

  /** Starts a guard and an edge that has this last step of admission. */
  public TestGateway start(String yaml, Acceptor acceptor) {
    return start(yaml, gateway -> new HandlerVerticle(gateway, acceptor), edge -> edge.port);
  }

  /**
   * Starts a guard and an edge.
   *
   * @param yaml settings; free ports and a folder of its own are set on top, and nobody is banned
   *     for strikes unless {@code strikes} are set
   * @param verticle makes the edge
   * @param portOf where it listens, once started
   */
  public <V extends VerticleBase> TestGateway start(
      String yaml, Function<Gateway, V> verticle, ToIntFunction<V> portOf) {
    Settings settings = settings(yaml);
    // The default event loops for each core would be many threads in all.
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(2)
                .setPreferNativeTransport(nativeTransport));
    assertThat(vertx.isNativeTransportEnabled()).isEqualTo(nativeTransport);
    Node node = new Node("node-test", Time.system(), meters);
    live = new LiveSettings(settings, tls);
    gateway = new Gateway(settings, node, capacity, new ConnectRates(vertx, node), live);
    done(vertx.deployVerticle(new GuardVerticle(live, gateway.node())));
    V edge = verticle.apply(gateway);
    deployment = done(vertx.deployVerticle(edge));
    port = portOf.applyAsInt(edge);
    return this;
  }

  /** Puts other settings and another certificate in force, where there is one; returns then. */
  public void reload(String yaml, @Nullable TlsMaterial material) {
    done(Future.fromCompletionStage(live.replace(settings(yaml), material)));
  }

  private Settings settings(String yaml) {
    try {
      Path file = Files.writeString(folder.resolve("settings.yaml"), yaml);
      Map<String, String> own = new HashMap<>();
      own.put("data", folder.resolve("data").toString());
      own.put("guard.log", log().toString());
      own.put("echo.port", "0");
      own.put("auth.port", "0");
      if (!yaml.contains("strikes:")) {
        own.put("firewall.strikes", "unlimited");
      }
      SettingsResult result = SettingsReader.read(file, Map.of(), own);
      if (result instanceof SettingsResult.Loaded loaded) {
        return loaded.settings();
      }
      throw new IllegalArgumentException(result.toString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class HandlerVerticle extends VerticleBase {
    private final Gateway gateway;
    private final Acceptor acceptor;
    private EdgeServer server;
    private int port;

    @SuppressWarnings("NullAway.Init") // server is set in start()
    HandlerVerticle(Gateway gateway, Acceptor acceptor) {
      this.gateway = gateway;
      this.acceptor = acceptor;
    }

    @Override
    public Future<?> start() {
      server = new EdgeServer(vertx, gateway, Edge.echo(gateway.settings()), acceptor);
      return server.listen().onSuccess(found -> port = found);
    }

    @Override
    public Future<?> stop() {
      return server.drain(gateway.settings().drain().over());
    }
  }

  // --- to talk to it ----------------------------------------------------------------------------

  public int port() {
    return port;
  }

  /** An open WebSocket. */
  public WsConversation open() {
    return kept(client == null ? WsConversation.open(port) : WsConversation.open(port, client));
  }

  public WsConversation open(HandshakeText handshake) {
    return kept(WsConversation.open(port, handshake));
  }

  /** An open WebSocket with small buffers. */
  public WsConversation openNarrow() {
    return kept(WsConversation.openNarrow(port, client));
  }

  /** TCP alone. */
  public WsConversation connect() {
    return kept(WsConversation.connect(port));
  }

  /** TCP, and TLS on top. */
  public WsConversation connect(TlsClient with) {
    return kept(WsConversation.connect(port, with));
  }

  /** TCP alone, from another address of this machine, such as 127.0.0.2. */
  public WsConversation connectFrom(String address) {
    return kept(WsConversation.connectFrom(address, port));
  }

  private WsConversation kept(WsConversation conversation) {
    conversations.add(conversation);
    return conversation;
  }

  // --- to look into it --------------------------------------------------------------------------

  public Vertx vertx() {
    return vertx;
  }

  public ErrorLogFile errors() {
    return new ErrorLogFile(log());
  }

  private Path log() {
    return folder.resolve("errors.log");
  }

  /** How often a counter has counted, over all of its tags but those that are named. */
  public double counted(String name, String... tags) {
    return meters.find(name).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  /** Ends all conversations that are still open, by a reset. */
  public void closeAll() {
    conversations.forEach(WsConversation::reset);
    conversations.clear();
  }

  /** Waits until no connection is left, and every place has been given back once. */
  public void awaitNobody() {
    awaitOpen(0);
  }

  /** Waits until so many connections are open. */
  public void awaitOpen(long count) {
    await("open connections")
        .atMost(WsConversation.PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(capacity.open()).isEqualTo(count));
  }

  /** Waits until something is so. */
  public void awaitTrue(String what, Callable<Boolean> condition) {
    await(what)
        .atMost(WsConversation.PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }

  /** Asks the guard for bans, as any service may; what it answers. */
  public JsonObject bans(String op, String subject) {
    JsonObject request = new JsonObject().put("op", op).put("subject", subject);
    return done(vertx.eventBus().<JsonObject>request(GuardBus.BANS, request)).body();
  }

  /** Waits until the guard has banned somebody; the edge may not have heard of it yet. */
  public void awaitBan() {
    awaitTrue("a ban", () -> !bans("list", "").getJsonArray("bans").isEmpty());
  }

  /** Begins to drain the edge. */
  public Future<Void> stop() {
    String edge = deployment;
    deployment = "";
    return vertx.undeploy(edge);
  }

  /** The result of something that Vert.x does, awaited. */
  public static <T> T done(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("failed: " + e, e);
    }
  }

  // --- the end ----------------------------------------------------------------------------------

  @Override
  public void afterEach(ExtensionContext test) throws IOException {
    closeAll();
    if (vertx != null) {
      if (!deployment.isEmpty()) {
        done(stop());
      }
      done(vertx.close());
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
