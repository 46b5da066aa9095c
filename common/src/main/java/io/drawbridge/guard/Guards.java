package io.drawbridge.guard;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The guards of a cluster, as one process hears of them: whom its edges turn to. Without a cluster,
 * and while no guard is known, that is the address of them all. Thread-safe; nothing here waits.
 */
public final class Guards {
  /** Those of a process without a cluster. */
  static final Guards NONE_KNOWN = new Guards();

  /**
   * How often it is looked who has gone. Other guards take over a little later than that: then
   * nobody here spends a share of what they lend.
   */
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  /** How long the most edges that there were are remembered; up to twice as long. */
  private static final Duration EDGES_FOR = Duration.ofSeconds(10);

  /**
   * Who is there, at one moment.
   *
   * @param active those that may be turned to
   * @param owners whose a key is among them
   * @param leader the oldest
   */
  private record Snapshot(List<Member> active, Owners owners, @Nullable Member leader) {
    static final Snapshot EMPTY = of(List.of());

    static Snapshot of(Collection<Member> active) {
      return new Snapshot(List.copyOf(active), new Owners(active), Roster.oldest(active));
    }

    @Nullable String leaderId() {
      return leader == null ? null : leader.id();
    }
  }

  private volatile Snapshot snapshot = Snapshot.EMPTY;
  private volatile int edges = 1;
  private final Map<Object, Runnable> onNewLeader = new ConcurrentHashMap<>();

  // What follows is used on one event loop alone.

  private final Roster roster = new Roster();
  private long lookedAt;
  private long edgesSince;
  private int mostEdges;
  private int mostEdgesBefore;

  private Guards() {}

  /** To be made once a process; hears of the guards as soon as there is a cluster. */
  public static Guards of(Vertx vertx, Time time) {
    return vertx.isClustered() ? heard(vertx, time) : NONE_KNOWN;
  }

  /** As in a cluster. */
  static Guards heard(Vertx vertx, Time time) {
    Guards guards = new Guards();
    // Not an event loop of a verticle: it must outlive each of them.
    vertx
        .getOrCreateContext()
        .runOnContext(
            turn -> {
              guards.lookedAt = time.nanos();
              guards.edgesSince = time.nanos();
              vertx
                  .eventBus()
                  .<Object>consumer(
                      GuardBus.MEMBERS, message -> guards.onAnnouncement(message, time.nanos()));
              vertx.setPeriodic(LOOK_EVERY.toMillis(), tick -> guards.look(time.nanos()));
            });
    return guards;
  }

  /**
   * Whom to ask for permits of a key.
   *
   * @return an address; the same as before while nothing has changed
   */
  String limits(String limit, String key) {
    Member owner = snapshot.owners().of(limit + ' ' + key);
    return owner == null ? GuardBus.LIMITS : GuardBus.limitsOf(owner.id());
  }

  /** Another object each time that {@link #limits} may give other addresses than before. */
  Object version() {
    return snapshot;
  }

  /** Whether {@link #limits} can give this address. */
  boolean mayName(String address) {
    List<Member> active = snapshot.active();
    return active.isEmpty()
        ? address.equals(GuardBus.LIMITS)
        : active.stream().anyMatch(each -> GuardBus.limitsOf(each.id()).equals(address));
  }

  /** Whom to ask about bans. */
  String bans() {
    Member leader = snapshot.leader();
    return leader == null ? GuardBus.BANS : GuardBus.bansOf(leader.id());
  }

  /** How many edges there are at most, as the guards know them. */
  int edges() {
    return edges;
  }

  /** Tells of each other guard that leads, on no event loop in particular. */
  void onNewLeader(Object listener, Runnable tell) {
    if (this != NONE_KNOWN) {
      onNewLeader.put(listener, tell);
    }
  }

  void forget(Object listener) {
    onNewLeader.remove(listener);
  }

  private void onAnnouncement(Message<Object> message, long now) {
    try {
      Member member = Member.fromJson((JsonObject) message.body());
      if (roster.heard(member, now)) {
        renew();
      }
      countEdges(now);
    } catch (IllegalArgumentException | ClassCastException e) {
      // Anybody may publish anything.
    }
  }

  private void look(long now) {
    long late = now - lookedAt - Roster.ANNOUNCED_EVERY.toNanos();
    lookedAt = now;
    if (late > 0) {
      roster.excuse(late, now);
    }
    if (!roster.sweep(now).isEmpty()) {
      renew();
    }
  }

  private void renew() {
    Snapshot before = snapshot;
    Snapshot now = Snapshot.of(roster.active());
    snapshot = now;
    if (now.leader() != null && !Objects.equals(now.leaderId(), before.leaderId())) {
      onNewLeader.values().forEach(Runnable::run);
    }
  }

  /**
   * The sum of what the guards have counted: who asks several of them is counted by each, so that
   * the shares are never more than the limit together. The highest of late, since what a guard knew
   * of edges goes with it, just when they need to know.
   */
  private void countEdges(long now) {
    int sum = 0;
    for (Member each : roster.members()) {
      if (each.data().getValue(GuardBus.EDGES_SEEN) instanceof Integer seen && seen > 0) {
        sum = (int) Math.min(Integer.MAX_VALUE, (long) sum + seen);
      }
    }
    if (now - edgesSince > EDGES_FOR.toNanos()) {
      edgesSince = now;
      mostEdgesBefore = mostEdges;
      mostEdges = 0;
    }
    mostEdges = Math.max(mostEdges, sum);
    edges = Math.max(1, Math.max(mostEdges, mostEdgesBefore));
  }
}
