package io.drawbridge.deploy.ops;

import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.OpsSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.deploy.cluster.ClusterNode;
import io.drawbridge.edge.ListenAddresses;
import io.drawbridge.guard.GuardBus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The operations port: {@code /livez}, {@code /readyz} and {@code /metrics}. With a token set, each
 * request must carry it; without one, the settings let it listen on loopback only.
 */
public final class OpsVerticle extends VerticleBase {
  private static final Duration GUARD_WITHIN = Duration.ofSeconds(1);
  private static final String METRICS_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private final OpsSettings settings;
  private final PrometheusMeterRegistry meters;
  private final @Nullable KeyRing keys;
  private final @Nullable ClusterNode cluster;
  private boolean draining;
  private int port;

  public OpsVerticle(OpsSettings settings, PrometheusMeterRegistry meters) {
    this(settings, meters, null, null);
  }

  /**
   * @param keys what tokens are verified with; null where this process verifies none
   * @param cluster null where it is in none
   */
  public OpsVerticle(
      OpsSettings settings,
      PrometheusMeterRegistry meters,
      @Nullable KeyRing keys,
      @Nullable ClusterNode cluster) {
    this.settings = settings;
    this.meters = meters;
    this.keys = keys;
    this.cluster = cluster;
  }

  @Override
  public Future<?> start() {
    HealthChecks ready =
        HealthChecks.create(vertx)
            .register("guard", GUARD_WITHIN.toMillis(), this::askGuard)
            .register("errorLog", GUARD_WITHIN.toMillis(), this::askForErrorLog)
            .register("draining", promise -> promise.complete(status(!draining)));
    if (keys != null && keys.hasIssuer()) {
      ready.register("keys", promise -> promise.complete(keysOf(keys)));
    }
    if (cluster != null) {
      ready.register("cluster", promise -> promise.complete(clusterOf(cluster)));
    }
    Router router = Router.router(vertx);
    router.route().handler(this::authorize);
    page(router, "/livez").handler(request -> request.json(new JsonObject().put("status", "UP")));
    page(router, "/readyz").handler(HealthCheckHandler.createWithHealthChecks(ready));
    page(router, "/metrics").handler(this::metrics);
    router.errorHandler(404, request -> text(request, 404, "There is no such page"));
    router.errorHandler(405, OpsVerticle::notAllowed);
    Future<Integer> listening = Future.succeededFuture(settings.port());
    for (String address : ListenAddresses.of(settings.host())) {
      listening = listening.compose(found -> listen(router, address, found));
    }
    return listening.onSuccess(found -> port = found);
  }

  private static Route page(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  private Future<Integer> listen(Router router, String address, int at) {
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(at, address)
        .map(HttpServer::actualPort);
  }

  /** Where it listens, once started. */
  public int port() {
    return port;
  }

  /** From now on not ready, so that no balancer sends anybody here any more. */
  public void drain() {
    context.runOnContext(turn -> draining = true);
  }

  private void authorize(RoutingContext request) {
    Secret token = settings.token();
    if (token == null || token.equals(bearer(request))) {
      request.next();
    } else {
      request.response().putHeader("WWW-Authenticate", "Bearer");
      text(request, 401, "The admin token is needed");
    }
  }

  private static void notAllowed(RoutingContext request) {
    request.response().putHeader("Allow", "GET, HEAD");
    text(request, 405, "Only to be read");
  }

  private static void text(RoutingContext request, int status, String text) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(text + "\n");
  }

  private static @Nullable Secret bearer(RoutingContext request) {
    String header = request.request().getHeader("Authorization");
    String scheme = "Bearer ";
    return header != null && header.regionMatches(true, 0, scheme, 0, scheme.length())
        ? new Secret(header.substring(scheme.length()).trim())
        : null;
  }

  /** Ready means that a message really goes round the event bus to a guard and back. */
  private void askGuard(Promise<Status> promise) {
    answer(promise, askGuard().map(Status.OK()).otherwise(cause -> status(cantWrite(cause))));
  }

  /** The guard says so itself when it can't write; a guard that is silent is another fault. */
  private void askForErrorLog(Promise<Status> promise) {
    answer(promise, askGuard().map(Status.OK()).otherwise(cause -> status(!cantWrite(cause))));
  }

  /** A check that took too long has been answered already. */
  private static void answer(Promise<Status> promise, Future<Status> status) {
    status.onSuccess(promise::tryComplete);
  }

  private Future<Message<JsonObject>> askGuard() {
    return vertx
        .eventBus()
        .request(
            GuardBus.ERRORS,
            new JsonObject().put("events", new JsonArray()),
            new DeliveryOptions().setSendTimeout(GUARD_WITHIN.toMillis()));
  }

  private static boolean cantWrite(Throwable cause) {
    return cause instanceof ReplyException failure && failure.failureCode() == GuardBus.UNAVAILABLE;
  }

  /** Down until an issuer's keys came; with old ones, most tokens are still told apart. */
  private static Status keysOf(KeyRing keys) {
    return status(keys.isComplete()).setData(new JsonObject().put("stale", keys.isStale()));
  }

  /** Others may have been taken down on purpose: their number is told, and fails nothing. */
  private static Status clusterOf(ClusterNode cluster) {
    return status(cluster.isActive())
        .setData(new JsonObject().put("nodes", cluster.size()).put("lost", cluster.lost()));
  }

  private static Status status(boolean ok) {
    return ok ? Status.OK() : Status.KO();
  }

  private void metrics(RoutingContext request) {
    vertx
        .executeBlocking(() -> meters.scrape())
        .onSuccess(text -> request.response().putHeader("Content-Type", METRICS_FORMAT).end(text))
        .onFailure(request::fail);
  }
}
