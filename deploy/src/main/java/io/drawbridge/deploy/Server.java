package io.drawbridge.deploy;

import io.drawbridge.admission.Capacity;
import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.session.ResumeTickets;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.session.SessionsVerticle;
import io.drawbridge.auth.token.JwksVerticle;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.EchoSettings;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.OpsSettings;
import io.drawbridge.config.Problem;
import io.drawbridge.config.Role;
import io.drawbridge.config.Secret;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.TlsFiles;
import io.drawbridge.deploy.cluster.ClusterNode;
import io.drawbridge.deploy.ops.OpsVerticle;
import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Guards;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of Drawbridge: deploys the roles that it was told to run, the guard first and the
 * operations port last, and takes them down in the opposite order.
 */
public final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final Settings settings;
  private final LiveSettings live;
  private final Vertx vertx;
  private final Gateway gateway;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  // What is deployed.
  private final List<String> services = new ArrayList<>();
  private final List<String> edges = new ArrayList<>();
  private final List<String> operations = new ArrayList<>();

  private final Map<Role, Integer> ports = new EnumMap<>(Role.class);
  private @Nullable OpsVerticle ops;
  private volatile @Nullable SettingsWatch watch;

  /** Null where this process verifies no tokens. */
  private volatile @Nullable KeyRing keys;

  /** Null where it is in no cluster. */
  private final @Nullable ClusterNode cluster;

  private Server(LiveSettings live, String name, Vertx vertx, @Nullable ClusterNode cluster) {
    this.live = live;
    this.settings = live.settings();
    this.vertx = vertx;
    this.cluster = cluster;
    Capacity capacity = new Capacity();
    Gauge.builder("drawbridge.connections", capacity, Capacity::open)
        .description("Open connections of this node")
        .register(meters);
    if (cluster != null) {
      Gauge.builder("drawbridge.cluster.nodes", cluster, ClusterNode::size)
          .description("Nodes of the cluster, this one among them")
          .register(meters);
    }
    Node node = new Node(name, Time.system(), meters, Guards.of(vertx, Time.system()));
    this.gateway = new Gateway(settings, node, capacity, new ConnectRates(vertx, node), live);
  }

  /**
   * Starts; completes exceptionally once what had been started is stopped again, with a message for
   * the operator.
   */
  public static CompletionStage<Server> start(Settings settings) {
    TlsFiles.Contents tls = TlsFiles.read(settings.tls(), Time.system().now());
    TlsFiles.Contents bus = TlsFiles.read(settings.cluster().tls(), Time.system().now());
    Optional<Problem> problem =
        Stream.of(tls, bus).flatMap(files -> files.problems().stream()).findFirst();
    if (problem.isPresent()) {
      return CompletableFuture.failedStage(new IOException(problem.get().toString()));
    }
    LiveSettings live = new LiveSettings(settings, tls.material());
    String name = "node-" + UUID.randomUUID().toString().substring(0, 8);
    Future<Server> made =
        settings.cluster().enabled()
            ? ClusterNode.join(options(), settings.cluster(), bus.material(), name)
                .map(joined -> new Server(live, name, joined.vertx(), joined.node()))
            : Future.succeededFuture(new Server(live, name, Vertx.vertx(options()), null));
    return made.toCompletionStage().thenCompose(Server::deploy);
  }

  private CompletionStage<Server> deploy() {
    tellTransport();
    return startGuard()
        .compose(guard -> startEcho())
        .compose(echo -> startAuth())
        .compose(auth -> startOps())
        .map(this)
        .toCompletionStage()
        .exceptionallyCompose(
            cause -> stop().thenCompose(stopped -> CompletableFuture.failedStage(cause)));
  }

  /**
   * From now on, puts changed settings and certificates in force.
   *
   * @param file of the settings; null where there is none
   * @param read reads all settings anew
   */
  public void watch(@Nullable Path file, Supplier<SettingsResult> read) {
    SettingsWatch.Source source = new SettingsWatch.Source(file, read, this::readKeys);
    watch = new SettingsWatch(vertx, source, live, Time.system());
  }

  /** Whether an issuer is asked, and where the data folder is, stays as at the start. */
  private BooleanSupplier readKeys(AuthSettings fresh) throws IOException {
    KeyRing ring = keys;
    if (ring == null) {
      return () -> false;
    }
    boolean needsNone = fresh.secret() != null || !fresh.keys().isEmpty() || ring.hasIssuer();
    Secret secret = needsNone ? fresh.secret() : SecretFile.secret(fresh, settings.data());
    return ring.prepare(fresh, secret);
  }

  /** Reads the settings anew, where {@link #watch} says how; completes when that is done. */
  public CompletionStage<Void> reload() {
    SettingsWatch known = watch;
    return known == null
        ? CompletableFuture.completedStage(null)
        : known.reload().toCompletionStage();
  }

  /** Nothing is read from the class path, so no temporary folder is made for what is. */
  private static VertxOptions options() {
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }

  /** The port that a role listens on; 0 where it does not run. */
  public int port(Role role) {
    return ports.getOrDefault(role, 0);
  }

  /** Drains: not ready, clients sent away over time, errors logged, and then the end. */
  public CompletionStage<Void> stop() {
    if (ops != null) {
      ops.drain();
    }
    SettingsWatch known = watch;
    Future<Void> unwatched = known == null ? Future.succeededFuture() : known.close();
    // Both edges at once, so that it takes drain.over and not twice that. The guard takes errors
    // until they are gone, and the operations port says "not ready" until the end.
    return unwatched
        .eventually(() -> undeploy(edges))
        .compose(gone -> undeploy(services))
        .compose(gone -> undeploy(operations))
        .compose(gone -> cluster == null ? Future.succeededFuture() : cluster.announceLeave())
        .toCompletionStage()
        // From another thread: the event loops that would tell of the end are gone by then.
        .thenComposeAsync(undeployed -> vertx.close().toCompletionStage());
  }

  /** Never fails: what can't be stopped must not keep the rest from stopping. */
  private Future<Void> undeploy(List<String> deployments) {
    return Future.join(deployments.stream().map(vertx::undeploy).toList())
        .onFailure(cause -> LOG.warn("did not stop in order: {}", cause.getMessage()))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private void tellTransport() {
    if (vertx.isNativeTransportEnabled()) {
      LOG.info("native transport");
    } else {
      Throwable why = vertx.unavailableNativeTransportCause();
      LOG.warn(
          "no native transport, using Java's own, which is slower{}",
          why == null ? "" : ": " + why.getMessage());
    }
  }

  private Future<?> startGuard() {
    return runs(Role.GUARD)
        ? deploy(() -> new GuardVerticle(live, gateway.node()), 1).onSuccess(services::add)
        : Future.succeededFuture();
  }

  private Future<?> startEcho() {
    if (!runs(Role.ECHO)) {
      return Future.succeededFuture();
    }
    EchoSettings echo = settings.echo();
    List<EchoVerticle> instances = new ArrayList<>();
    return deploy(collect(instances, () -> new EchoVerticle(gateway)), echo.instances())
        .recover(cause -> cantListen(Role.ECHO, echo.host(), echo.port(), cause))
        .onSuccess(edges::add)
        .onSuccess(id -> listens(Role.ECHO, scheme(), echo.host(), instances.get(0).port()));
  }

  private Future<?> startAuth() {
    if (!runs(Role.AUTH)) {
      return Future.succeededFuture();
    }
    AuthSettings auth = settings.auth();
    KeyRing ring;
    Secret secret;
    try {
      secret = auth.hasKeys() ? auth.secret() : SecretFile.secret(auth, settings.data());
      ring = KeyRing.read(auth, secret);
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    keys = ring;
    FunctionCounter.builder("drawbridge.token.verifications", ring, KeyRing::verified)
        .description("Tokens whose signature was checked, and not found among those kept")
        .register(meters);
    return startIssuer(auth, ring).compose(keysAsked -> startAuth(ring, hub(secret)));
  }

  /** The issuer's keys are fetched before anybody shows a token, if the issuer can be asked. */
  private Future<?> startIssuer(AuthSettings auth, KeyRing ring) {
    return auth.hasIssuerKeys()
        ? deploy(() -> new JwksVerticle(auth, ring, gateway.node()), 1).onSuccess(operations::add)
        : Future.succeededFuture();
  }

  /** Tickets are good at every node that has the same key for them. */
  private AddressHub hub(@Nullable Secret secret) {
    Secret own = settings.session().ticketKey();
    Secret key = own == null ? secret : own;
    return key == null ? new AddressHub() : new AddressHub(ResumeTickets.of(key));
  }

  private Future<?> startAuth(KeyRing ring, AddressHub hub) {
    AuthSettings auth = settings.auth();
    SessionRegistry sessions = new SessionRegistry(auth, gateway.node());
    List<AuthVerticle> instances = new ArrayList<>();
    return deploy(() -> new SessionsVerticle(settings.data(), sessions, gateway.node()), 1)
        .onSuccess(services::add)
        .compose(kept -> listenAuth(instances, ring, sessions, hub))
        .onSuccess(edges::add)
        .onSuccess(id -> listens(Role.AUTH, scheme(), auth.host(), instances.get(0).port()));
  }

  private Future<String> listenAuth(
      List<AuthVerticle> instances, KeyRing ring, SessionRegistry sessions, AddressHub hub) {
    AuthSettings auth = settings.auth();
    return deploy(
            collect(instances, () -> new AuthVerticle(gateway, ring, sessions, hub)),
            auth.instances())
        .recover(cause -> cantListen(Role.AUTH, auth.host(), auth.port(), cause));
  }

  private Future<?> startOps() {
    if (!runs(Role.OPS)) {
      return Future.succeededFuture();
    }
    OpsSettings at = settings.ops();
    OpsVerticle verticle = new OpsVerticle(at, meters, keys, cluster);
    return deploy(() -> verticle, 1)
        .recover(cause -> cantListen(Role.OPS, at.host(), at.port(), cause))
        .onSuccess(operations::add)
        .onSuccess(id -> ops = verticle)
        .onSuccess(id -> listens(Role.OPS, "http", at.host(), verticle.port()));
  }

  private boolean runs(Role role) {
    return settings.roles().contains(role);
  }

  /**
   * Deploys as many instances as are configured.
   *
   * @param instances 0 for one per core
   */
  private Future<String> deploy(Supplier<VerticleBase> verticle, int instances) {
    int count = instances == 0 ? Runtime.getRuntime().availableProcessors() : instances;
    return vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(count));
  }

  /** Remembers each instance, since only it knows its port. */
  private static <V extends VerticleBase> Supplier<VerticleBase> collect(
      List<V> instances, Supplier<V> verticle) {
    List<V> shared = Collections.synchronizedList(instances);
    return () -> {
      V instance = verticle.get();
      shared.add(instance);
      return instance;
    };
  }

  private String scheme() {
    return live.tls() == null ? "ws" : "wss";
  }

  private void listens(Role role, String scheme, String host, int port) {
    ports.put(role, port);
    LOG.info("{} listens on {}://{}/", word(role), scheme, authority(host, port));
  }

  private static <T> Future<T> cantListen(Role role, String host, int port, Throwable cause) {
    String message =
        word(role) + " can't listen on " + authority(host, port) + ": " + reason(cause);
    return Future.failedFuture(new IOException(message, cause));
  }

  /** The system's words without the name of its call. */
  private static String reason(Throwable cause) {
    if (cause instanceof UnknownHostException) {
      return "unknown host";
    }
    String message = String.valueOf(cause.getMessage());
    return message.replaceFirst("^bind\\(..\\) failed with error\\(-?\\d+\\): ", "");
  }

  /** An IPv6 address stands in brackets before a port (RFC 3986 §3.2.2). */
  private static String authority(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }
}
