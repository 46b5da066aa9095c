package io.drawbridge.guard;

import io.drawbridge.config.LimitSettings;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one edge: asks the guards for permits, each for its own keys, and notices which of
 * them falls silent. There are never more of them than connections. To be used on one event loop.
 */
final class Leases implements Lease.Source {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

  /** A guard that takes longer than this counts as silent. */
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(300);

  /**
   * How long a key waits for a guard that is about to lend it, as one does that comes or comes
   * back. It has reached no limit meanwhile.
   */
  private static final Duration LENT_WITHIN = Roster.GONE_AFTER.multipliedBy(2);

  /**
   * How long a new key waits for its first permits, unless a message comes before: many who connect
   * send little, and some are gone again by then.
   */
  private static final Duration FIRST_AFTER = Duration.ofMillis(50);

  private final Vertx vertx;
  private final String edgeId;
  private String limit;
  private LimitSettings settings;
  private final Time time;
  private final Map<String, Lease> leases = new HashMap<>();

  /** Opened within {@link #FIRST_AFTER}; a timer is set while there are any. */
  private final List<Lease> fresh = new ArrayList<>();

  /** Where nobody has answered of late; of the addresses that there are. */
  private final Set<String> silent = new HashSet<>();

  private final Guards guards;
  private int edges = 1;

  /**
   * @param edgeId tells this edge from all others
   * @param edge whose limits the keys have
   */
  Leases(Vertx vertx, String edgeId, Edge edge, Node node) {
    this.vertx = vertx;
    this.edgeId = edgeId;
    this.limit = edge.keyLimit();
    this.settings = edge.limits();
    this.time = node.time();
    this.guards = node.guards();
  }

  /** Puts other limits in force for the leases that are opened from now on. */
  void limits(Edge edge) {
    limit = edge.keyLimit();
    settings = edge.limits();
  }

  Lease open(String key) {
    Lease lease =
        leases.computeIfAbsent(
            key,
            absent ->
                new Lease(limit, key, settings.keyMessages(), settings.whenGuardSilent(), this));
    if (lease.users++ == 0) {
      if (fresh.isEmpty()) {
        vertx.setTimer(FIRST_AFTER.toMillis(), due -> askFirst());
      }
      fresh.add(lease);
    }
    return lease;
  }

  private void askFirst() {
    long now = time.nanos();
    List<Lease> due = List.copyOf(fresh);
    fresh.clear();
    due.stream().filter(lease -> lease.users > 0).forEach(lease -> lease.prepare(now));
  }

  void close(Lease lease) {
    if (--lease.users == 0) {
      leases.remove(lease.key);
    }
  }

  /** Whether any guard has not answered of late. */
  boolean silent() {
    return !silent.isEmpty();
  }

  @Override
  public boolean silentFor(Lease lease) {
    return !silent.isEmpty() && silent.contains(addressOf(lease));
  }

  private String addressOf(Lease lease) {
    Object version = guards.version();
    if (lease.guardsVersion != version) {
      lease.guardsVersion = version;
      String address = guards.limits(lease.limit, lease.key);
      if (!address.equals(lease.address)) {
        lease.address = address;
        lease.moved();
      }
    }
    return lease.address;
  }

  @Override
  public int edges() {
    return Math.max(edges, guards.edges());
  }

  @Override
  public void ask(Lease lease, long want) {
    ask(lease, want, time.nanos());
  }

  private void ask(Lease lease, long want, long since) {
    String address = addressOf(lease);
    vertx
        .eventBus()
        .<JsonObject>request(
            address,
            new JsonObject().put("limit", lease.limit).put("key", lease.key).put("want", want),
            new DeliveryOptions()
                .setSendTimeout(ANSWER_WITHIN.toMillis())
                .addHeader(GuardBus.EDGE, edgeId))
        .onSuccess(
            answer -> {
              if (answer.headers().contains(GuardBus.ELSEWHERE)
                  && time.nanos() - since < LENT_WITHIN.toNanos()) {
                vertx.setTimer(retryAfter(answer.body()), due -> ask(lease, want, since));
              } else {
                answered(lease, address, answer);
              }
            })
        .onFailure(cause -> unanswered(lease, address, cause));
  }

  private void answered(Lease lease, String address, Message<JsonObject> answer) {
    if (silent.remove(address)) {
      LOG.info("the guard at {} lends permits again", address);
    }
    String seen = answer.headers().get(GuardBus.EDGES);
    if (seen != null) {
      edges = Math.max(1, Integer.parseInt(seen));
    }
    JsonObject grant = answer.body();
    long granted = grant.getLong("granted", 0L);
    long now = time.nanos();
    if (granted > 0) {
      lease.granted(granted, Duration.ofMillis(grant.getLong("ttlMs", 0L)), now);
    } else {
      lease.refused(Duration.ofMillis(retryAfter(grant)), now);
    }
  }

  private static long retryAfter(JsonObject grant) {
    return Math.max(1, grant.getLong("retryAfterMs", 0L));
  }

  private void unanswered(Lease lease, String address, Throwable cause) {
    // Nobody asks who has gone any more.
    silent.removeIf(known -> !guards.mayName(known));
    if (!addressOf(lease).equals(address)) {
      lease.unanswered(Duration.ZERO, time.nanos());
      return;
    }
    if (silent.add(address)) {
      LOG.warn(
          "the guard at {} lends no permits ({}): {} until it does",
          address,
          cause.getMessage(),
          switch (settings.whenGuardSilent()) {
            case SHARE -> "spending this edge's share of each limit";
            case REFUSE -> "letting nothing through";
          });
    }
    lease.unanswered(ANSWER_WITHIN, time.nanos());
  }
}
