package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one of several of a kind stands among the others: whose part is which key, and who leads.
 * Decides only; not thread-safe.
 *
 * <p>No two have the same part at once, as long as they hear each other. One that joins takes over
 * nothing before all others have said that they know of it; as soon as they do, they let go of what
 * is to be its part. One that was frozen joins anew, since the others have shared out its part
 * meanwhile. Only who is cut off from the others takes their part, too.
 */
public final class Standing {
  /** Long enough to be told of all who are there. */
  static final Duration LISTENS_FOR = Roster.ANNOUNCED_EVERY.multipliedBy(2);

  private final String id;
  private final String node;
  private final Roster others = new Roster();

  private Member.State state = Member.State.JOINING;

  /** In epoch milliseconds. */
  private long since;

  private long joinedAt;
  private long tickedAt;

  /** Since when nobody else may have lent what is ours. */
  private long heldSince;

  /** Whether there are no others, by the kind of its event bus. */
  private boolean alone;

  /**
   * @param id tells it from all others of its kind
   * @param node whose process it is in
   */
  public Standing(String id, String node) {
    this.id = id;
    this.node = node;
  }

  public String id() {
    return id;
  }

  /** Without others: all is its own, and always was. */
  void begin(long wallMillis, long now, boolean withoutOthers) {
    alone = withoutOthers;
    joinAnew(wallMillis, now);
    if (alone) {
      state = Member.State.ACTIVE;
      heldSince = now - Duration.ofDays(1).toNanos();
    }
  }

  private void joinAnew(long wallMillis, long now) {
    state = Member.State.JOINING;
    // Never the same twice, or the others would take it for the one that they knew.
    since = Math.max(since + 1, wallMillis);
    joinedAt = now;
    tickedAt = now;
    heldSince = now;
  }

  /** To be called every {@link Roster#ANNOUNCED_EVERY}: who has gone meanwhile. */
  List<Member> tick(long wallMillis, long now) {
    if (alone || state == Member.State.LEAVING) {
      return List.of();
    }
    boolean wasFrozen = now - tickedAt > Roster.GONE_AFTER.toNanos();
    if (wasFrozen) {
      joinAnew(wallMillis, now);
    }
    tickedAt = now;
    List<Member> gone = others.sweep(now);
    if (!gone.isEmpty()) {
      heldSince = now;
    }
    settle(now);
    return gone;
  }

  /** Takes what another announces; whether it has to be told of us at once. */
  boolean heard(Member other, long now) {
    if (other.id().equals(id) || alone) {
      return false;
    }
    boolean left = other.state() == Member.State.LEAVING;
    boolean news = others.heard(other, now);
    if (news && left) {
      heldSince = now;
    }
    Member.State before = state;
    settle(now);
    return (news && !left) || state != before;
  }

  private void settle(long now) {
    if (state == Member.State.JOINING && now - joinedAt >= LISTENS_FOR.toNanos()) {
      Member self = self(new JsonObject());
      if (others.members().stream().allMatch(each -> each.knows(self))) {
        state = Member.State.ACTIVE;
        heldSince = now;
      }
    }
  }

  /** From now on, nothing is its own. */
  void leave() {
    state = Member.State.LEAVING;
  }

  /** What it announces. */
  Member self(JsonObject data) {
    Map<String, Long> knows = new HashMap<>();
    others.members().forEach(each -> knows.put(each.id(), each.since()));
    return new Member(id, node, state, since, knows, data);
  }

  public boolean isActive() {
    return state == Member.State.ACTIVE;
  }

  /** Since when, in nanoseconds, nobody else may have lent what is ours. */
  long heldSince() {
    return heldSince;
  }

  /** Whether a key is ours, and nobody else's. */
  public boolean owns(String key, long now) {
    return canDecide(now) && isSelf(Roster.owner(key, all()));
  }

  /** Whether it is us that decide what only one may. */
  public boolean leads(long now) {
    return canDecide(now) && isSelf(Roster.oldest(all()));
  }

  /** Not where it might have been frozen, and has not noticed yet. */
  private boolean canDecide(long now) {
    return isActive() && (alone || now - tickedAt <= Roster.GONE_AFTER.toNanos());
  }

  /** Whose a key is; null for ours, and for nobody's. */
  public @Nullable Member otherOwner(String key) {
    Member owner = Roster.owner(key, all());
    return isSelf(owner) ? null : owner;
  }

  /** Who leads; null where it is us. */
  public @Nullable Member otherLeader() {
    Member leader = Roster.oldest(all());
    return isSelf(leader) ? null : leader;
  }

  /** The others that may be turned to, those first that have been there for longest. */
  public List<Member> others() {
    return others.active().stream()
        .sorted((one, other) -> one.isOlderThan(other) ? -1 : 1)
        .toList();
  }

  private boolean isSelf(@Nullable Member member) {
    return member != null && member.id().equals(id);
  }

  /** Those that join, too: what is to be theirs is ours no more. */
  private Collection<Member> all() {
    List<Member> all = new ArrayList<>(others.members());
    all.add(self(new JsonObject()));
    return all;
  }
}
