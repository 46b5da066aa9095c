package io.drawbridge.guard;

import io.drawbridge.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The guard's side of permits on the event bus: lends those of its own keys, and passes on who asks
 * it for those of another guard. To be used on the guard's event loop.
 */
final class Lender {
  private static final int MOST_KEYS = 100_000;

  /** Room for the longest user id behind {@code user:}. */
  private static final int LONGEST_KEY = 512;

  private static final int MOST_EDGES = 10_000;
  private static final Duration EDGE_SEEN_WITHIN = Duration.ofSeconds(10);

  /** Less than edges wait for. */
  private static final Duration PASSED_ON_WITHIN = Duration.ofMillis(250);

  /** By then, who asks may know of another guard, or that one may have taken the key over. */
  private static final Duration ELSEWHERE_SOON = Duration.ofMillis(20);

  private final Vertx vertx;
  private final Standing standing;
  private final Time time;
  private final Limiter limiter;

  /** Apart from the others, so that a flood of addresses takes no place from those inside. */
  private final Limiter connects;

  /** When each edge asked last, the longest ago first. */
  private final LinkedHashMap<String, Long> edges = new LinkedHashMap<>(16, 0.75f, true);

  /** How many edges the other guards have counted; who asks several of them counts for each. */
  private int edgesOfOthers;

  Lender(Vertx vertx, Settings settings, Standing standing, Time time) {
    this.vertx = vertx;
    this.standing = standing;
    this.time = time;
    this.limiter = new Limiter(messages(settings), MOST_KEYS);
    this.connects = new Limiter(connects(settings), MOST_KEYS);
  }

  /** Puts other limits in force. */
  void limits(Settings now) {
    limiter.limits(messages(now));
    connects.limits(connects(now));
  }

  /** The limits of messages that may be borrowed from, by name. */
  private static Map<String, Limiter.Limit> messages(Settings settings) {
    Map<String, Limiter.Limit> limits = new HashMap<>();
    limits.put(GuardBus.KEY_MESSAGES, Limiter.Limit.of(settings.limits().keyMessages()));
    for (Edge edge : List.of(Edge.echo(settings), Edge.auth(settings))) {
      Limiter.Limit limit = Limiter.Limit.of(edge.limits().keyMessages());
      limits.put(edge.keyLimit(), limit);
      // By its own name, too: a lease from before a reload may still ask by it.
      limits.putIfAbsent(edge.name() + '.' + GuardBus.KEY_MESSAGES, limit);
    }
    return limits;
  }

  /** Those of new connections. */
  private static Map<String, Limiter.Limit> connects(Settings settings) {
    Map<String, Limiter.Limit> limits = new HashMap<>();
    for (Edge edge : List.of(Edge.echo(settings), Edge.auth(settings))) {
      Limiter.Limit limit =
          new Limiter.Limit(edge.limits().connectRate(), edge.limits().connectBurst());
      limits.put(edge.connectLimit(), limit);
    }
    return limits;
  }

  /** Lends to who asks this guard and means it. */
  Future<Void> listenOwn() {
    return listen(GuardBus.limitsOf(standing.id()));
  }

  /** Lends to who asks any guard. */
  Future<Void> listenAll() {
    return listen(GuardBus.LIMITS);
  }

  private Future<Void> listen(String address) {
    boolean passOn = address.equals(GuardBus.LIMITS);
    return vertx
        .eventBus()
        .<Object>consumer(address, request -> onRequest(request, passOn))
        .completion();
  }

  /**
   * Others are there than before. A turn of the event loop that looks through all buckets: a hash
   * for each of them.
   */
  void changed() {
    long now = time.nanos();
    limiter.retain(bucket -> standing.owns(bucket, now));
    connects.retain(bucket -> standing.owns(bucket, now));
    heard();
  }

  /** Another guard has told of itself. */
  void heard() {
    long sum = 0;
    for (Member each : standing.others()) {
      if (each.data().getValue(GuardBus.EDGES_SEEN) instanceof Integer seen && seen > 0) {
        sum += seen;
      }
    }
    edgesOfOthers = (int) Math.min(1 << 30, sum);
  }

  private void onRequest(Message<Object> request, boolean passOn) {
    long now = time.nanos();
    try {
      JsonObject body = GuardVerticle.object(request.body());
      String limit = text(body, "limit");
      String key = text(body, "key");
      long want = want(body);
      String part = limit + ' ' + key;
      if (standing.owns(part, now)) {
        lend(request, limit, key, want);
        return;
      }
      Member owner = passOn ? standing.otherOwner(part) : null;
      if (owner == null) {
        elsewhere(request);
      } else {
        passOn(request, owner);
      }
    } catch (IllegalArgumentException e) {
      request.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private void lend(Message<Object> request, String limit, String key, long want) {
    long now = time.nanos();
    Limiter owner = connects.limits().contains(limit) ? connects : limiter;
    Limiter.Grant grant = owner.grant(limit, key, want, now, standing.heldSince());
    JsonObject answer = new JsonObject().put("granted", grant.granted());
    answer.put(grant.granted() > 0 ? "ttlMs" : "retryAfterMs", grant.millis());
    see(request.headers().get(GuardBus.EDGE), now);
    request.reply(answer, edgesTold());
  }

  private void elsewhere(Message<Object> request) {
    request.reply(
        new JsonObject().put("granted", 0).put("retryAfterMs", ELSEWHERE_SOON.toMillis()),
        edgesTold().addHeader(GuardBus.ELSEWHERE, "true"));
  }

  private DeliveryOptions edgesTold() {
    int all = Math.max(1, edgesSeen() + edgesOfOthers);
    return new DeliveryOptions().addHeader(GuardBus.EDGES, Integer.toString(all));
  }

  private void passOn(Message<Object> request, Member owner) {
    DeliveryOptions options =
        new DeliveryOptions()
            .setSendTimeout(PASSED_ON_WITHIN.toMillis())
            .setHeaders(request.headers());
    vertx
        .eventBus()
        .request(GuardBus.limitsOf(owner.id()), request.body(), options)
        .onSuccess(
            answer ->
                request.reply(answer.body(), new DeliveryOptions().setHeaders(answer.headers())))
        .onFailure(cause -> relay(request, cause));
  }

  /** Tells who asked what another guard has answered. */
  static void relay(Message<Object> request, Throwable cause) {
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      request.fail(reply.failureCode(), String.valueOf(reply.getMessage()));
    } else {
      request.fail(GuardBus.UNAVAILABLE, "the guard that is to answer does not");
    }
  }

  private static String text(JsonObject body, String field) {
    if (body.getValue(field) instanceof String text
        && !text.isEmpty()
        && text.length() <= LONGEST_KEY) {
      return text;
    }
    throw new IllegalArgumentException(
        field + ": must be a string of 1 to " + LONGEST_KEY + " characters");
  }

  private static long want(JsonObject body) {
    Object want = body.getValue("want");
    if (want instanceof Integer || want instanceof Long) {
      long number = ((Number) want).longValue();
      if (number >= 1 && number <= GuardBus.MOST_PERMITS) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "want: must be a whole number, 1 to " + GuardBus.MOST_PERMITS);
  }

  private void see(@Nullable String edge, long now) {
    if (edge != null && edge.length() <= LONGEST_KEY) {
      edges.put(edge, now);
    }
  }

  /** How many edges have asked this guard of late. */
  int edgesSeen() {
    long now = time.nanos();
    Iterator<Long> oldest = edges.values().iterator();
    while (oldest.hasNext()
        && (now - oldest.next() > EDGE_SEEN_WITHIN.toNanos() || edges.size() > MOST_EDGES)) {
      oldest.remove();
    }
    return edges.size();
  }
}
