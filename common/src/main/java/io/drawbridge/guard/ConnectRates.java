package io.drawbridge.guard;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.WhenGuardSilent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often each address connects to this node, for all event loops of all edges. A handshake is
 * judged at once, by the node's own count; what other nodes let in is learned from the guard right
 * after. Thread-safe; nothing here waits.
 */
public final class ConnectRates {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectRates.class);

  /** A guard that takes longer than this counts as silent. */
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(300);

  /**
   * How long a connection that was let in may go untold to the guard, so that a storm of them is
   * told at once.
   */
  private static final Duration TOLD_WITHIN = Duration.ofMillis(10);

  /** Past it, the address that came longest ago is forgotten. */
  static final int MOST_ADDRESSES = 10_000;

  private final Vertx vertx;
  private final Time time;

  /** By last use, the oldest first. */
  private final Map<String, ConnectAccount> accounts = new LinkedHashMap<>(16, 0.75f, true);

  /** Who let somebody in within {@link #TOLD_WITHIN}; a timer is set while there are any. */
  private final Set<ConnectAccount> untold = new LinkedHashSet<>();

  private final Guards guards;

  /** Where nobody has answered of late; of the addresses that there are. */
  private final Set<String> silent = new HashSet<>();

  /** How many edges there are, on all nodes, as a guard has told last. */
  private int edges = 1;

  /** How many of them are here. */
  private int edgesHere;

  public ConnectRates(Vertx vertx, Node node) {
    this.vertx = vertx;
    this.time = node.time();
    this.guards = node.guards();
  }

  /** One more edge and event loop asks here; where the guard is silent, the node may do more. */
  public synchronized void join() {
    edgesHere++;
  }

  /**
   * One more connection of an address.
   *
   * @return how long it must wait; zero when it may come in, and is counted
   */
  public synchronized Duration take(Edge edge, String address) {
    LimitSettings limits = edge.limits();
    if (limits.connectRate().unlimited()) {
      return Duration.ZERO;
    }
    long now = time.nanos();
    ConnectAccount account = account(edge, address, now);
    long wait;
    if (!isSilent(account)) {
      wait = account.take(now);
    } else if (limits.whenGuardSilent() == WhenGuardSilent.SHARE) {
      int all = Math.max(edges, guards.edges());
      wait = account.takeShare(Math.min(1.0, Math.max(1.0, edgesHere) / all), now);
    } else {
      wait = ANSWER_WITHIN.toNanos();
    }
    settleSoon(account);
    return Duration.ofNanos(wait);
  }

  /**
   * Whether an address is let in by nobody for now, since its guard is silent and the edge is told
   * to refuse.
   */
  public synchronized boolean refusesAll(Edge edge, String address) {
    return !silent.isEmpty()
        && edge.limits().whenGuardSilent() == WhenGuardSilent.REFUSE
        && silent.contains(guards.limits(edge.connectLimit(), key(address)));
  }

  private static String key(String address) {
    return "ip:" + address;
  }

  private boolean isSilent(ConnectAccount account) {
    return !silent.isEmpty() && silent.contains(guards.limits(account.limit, account.key));
  }

  /** How many addresses are counted. */
  synchronized int addresses() {
    return accounts.size();
  }

  /** Whether any guard has not answered of late. */
  synchronized boolean silent() {
    return !silent.isEmpty();
  }

  private ConnectAccount account(Edge edge, String address, long now) {
    String key = key(address);
    LimitSettings limits = edge.limits();
    // One under a limit that is no longer in force begins anew.
    ConnectAccount account =
        accounts.compute(
            edge.connectLimit() + ' ' + key,
            (name, known) ->
                known != null && known.isUnder(limits.connectRate(), limits.connectBurst())
                    ? known
                    : new ConnectAccount(
                        edge.connectLimit(),
                        key,
                        limits.connectRate(),
                        limits.connectBurst(),
                        now));
    if (accounts.size() > MOST_ADDRESSES) {
      Iterator<ConnectAccount> oldest = accounts.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return account;
  }

  // --- with the guard ---------------------------------------------------------------------------

  private void settleSoon(ConnectAccount account) {
    if (untold.isEmpty()) {
      vertx.setTimer(TOLD_WITHIN.toMillis(), due -> settleAll());
    }
    untold.add(account);
  }

  private synchronized void settleAll() {
    List<ConnectAccount> due = List.copyOf(untold);
    untold.clear();
    due.forEach(this::settle);
  }

  private synchronized void settle(ConnectAccount account) {
    long want = account.want(time.nanos());
    if (want == 0 && isSilent(account)) {
      // Somebody has to notice that it is back.
      want = account.probe();
    }
    if (want == 0) {
      return;
    }
    long wanted = want;
    String at = guards.limits(account.limit, account.key);
    vertx
        .eventBus()
        .<JsonObject>request(
            at,
            new JsonObject()
                .put("limit", account.limit)
                .put("key", account.key)
                .put("want", wanted),
            new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .onSuccess(answer -> answered(account, wanted, at, answer))
        .onFailure(cause -> unanswered(account, wanted, at, cause));
  }

  private synchronized void answered(
      ConnectAccount account, long wanted, String at, Message<JsonObject> answer) {
    if (silent.remove(at)) {
      LOG.info("the guard at {} knows again how often an address connects", at);
    }
    String seen = answer.headers().get(GuardBus.EDGES);
    if (seen != null) {
      edges = Math.max(1, Integer.parseInt(seen));
    }
    JsonObject grant = answer.body();
    Duration wait = Duration.ofMillis(grant.getLong("retryAfterMs", 0L));
    if (answer.headers().contains(GuardBus.ELSEWHERE)) {
      account.postponed();
      vertx.setTimer(Math.max(1, wait.toMillis()), due -> settle(account));
      return;
    }
    long rest = account.answered(wanted, grant.getLong("granted", 0L), wait, time.nanos());
    if (rest > 0) {
      vertx.setTimer(Duration.ofNanos(rest).toMillis() + 1, due -> settle(account));
    } else {
      settle(account);
    }
  }

  private synchronized void unanswered(
      ConnectAccount account, long wanted, String at, Throwable cause) {
    account.unanswered(wanted);
    // Nobody asks who has gone any more.
    silent.removeIf(known -> !guards.mayName(known));
    if (guards.mayName(at) && silent.add(at)) {
      LOG.warn(
          "the guard at {} does not know how often an address connects ({}): until it does, this"
              + " node keeps to its share or refuses, as limits.whenGuardSilent says",
          at,
          cause.getMessage());
    }
  }
}
