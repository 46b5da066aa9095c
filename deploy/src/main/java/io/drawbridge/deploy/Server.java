package io.drawbridge.deploy;

import io.drawbridge.admission.Capacity;
import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.config.Role;
import io.drawbridge.config.Secret;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.ops.OpsVerticle;
import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
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
  private final Vertx vertx;
  private final Gateway gateway;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** What is deployed, in the order in which it is taken down. */
  private final Deque<String> deployments = new ArrayDeque<>();

  private final Map<Role, Integer> ports = new EnumMap<>(Role.class);
  private @Nullable OpsVerticle ops;

  private Server(Settings settings) {
    this.settings = settings;
    this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Capacity capacity = new Capacity();
    Gauge.builder("drawbridge.connections", capacity, Capacity::open)
        .description("Open connections of this node")
        .register(meters);
    Node node =
        new Node("node-" + UUID.randomUUID().toString().substring(0, 8), Time.system(), meters);
    this.gateway = new Gateway(settings, node, capacity);
  }

  /** Starts; on failure, what was started is stopped again. */
  public static Future<Server> start(Settings settings) {
    Server server = new Server(settings);
    return server
        .startGuard()
        .compose(guard -> server.startEcho())
        .compose(echo -> server.startAuth())
        .compose(auth -> server.startOps())
        .map(server)
        .onFailure(cause -> server.stop());
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
    // Closed from another thread: the event loops that would tell of the end are gone by then.
    return undeployNext()
        .toCompletionStage()
        .thenComposeAsync(undeployed -> vertx.close().toCompletionStage());
  }

  private Future<Void> undeployNext() {
    String next = deployments.poll();
    return next == null
        ? Future.succeededFuture()
        : vertx.undeploy(next).eventually(this::undeployNext).otherwiseEmpty();
  }

  private Future<?> startGuard() {
    return runs(Role.GUARD)
        ? deploy(() -> new GuardVerticle(settings, gateway.node()), 1).onSuccess(deployments::push)
        : Future.succeededFuture();
  }

  private Future<?> startEcho() {
    if (!runs(Role.ECHO)) {
      return Future.succeededFuture();
    }
    List<EchoVerticle> instances = new ArrayList<>();
    return deploy(collect(instances, () -> new EchoVerticle(gateway)), settings.echo().instances())
        .onSuccess(deployments::push)
        .onSuccess(id -> listens(Role.ECHO, "ws", settings.echo().host(), instances.get(0).port()));
  }

  private Future<?> startAuth() {
    if (!runs(Role.AUTH)) {
      return Future.succeededFuture();
    }
    Secret secret;
    try {
      secret = SecretFile.secret(settings.auth(), settings.data());
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    List<AuthVerticle> instances = new ArrayList<>();
    return deploy(
            collect(instances, () -> new AuthVerticle(gateway, secret)),
            settings.auth().instances())
        .onSuccess(deployments::push)
        .onSuccess(id -> listens(Role.AUTH, "ws", settings.auth().host(), instances.get(0).port()));
  }

  private Future<?> startOps() {
    if (!runs(Role.OPS)) {
      return Future.succeededFuture();
    }
    OpsVerticle verticle = new OpsVerticle(settings.ops(), meters);
    ops = verticle;
    // Taken down last: it has to say "not ready" until the end.
    return deploy(() -> verticle, 1)
        .onSuccess(deployments::addLast)
        .onSuccess(id -> listens(Role.OPS, "http", settings.ops().host(), verticle.port()));
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

  private void listens(Role role, String scheme, String host, int port) {
    ports.put(role, port);
    LOG.info("{} listens on {}://{}:{}/", role.name().toLowerCase(Locale.ROOT), scheme, host, port);
  }
}
