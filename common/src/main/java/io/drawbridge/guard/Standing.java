package io.drawbridge.guard;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one of several of a kind stands among the others: whose part is which key, and who leads.
 * Decides only; not thread-safe.
 *
 * <p>No two have the same part at once, as long as what one announces reaches the others within
 * {@link #ARRIVES_WITHIN}. One that comes listens first, for as long as the longest silence of who
 * is there after all. Then it says which part is to be its own; the others let go of it and say
 * that they know, and when all have, it takes it. Who has not run for {@link #FROZEN_AFTER} has
 * nothing any more, before the others can have shared it out, and comes anew. Only who is cut off
 * from the others takes their part, too.
 */
public final class Standing {
  /** The longest that an announcement may take. */
  static final Duration ARRIVES_WITHIN = Duration.ofMillis(250);

  /** Whoever has not run for so long may be gone for the others. */
  static final Duration FROZEN_AFTER = Roster.GONE_AFTER.minus(ARRIVES_WITHIN);

  /**
   * Whoever has a part is heard within it: it runs within {@link #FROZEN_AFTER}, or has none any
   * more, and is heard {@link #ARRIVES_WITHIN} later.
   */
  static final Duration LISTENS_FOR = FROZEN_AFTER.plus(ARRIVES_WITHIN);

  /** What was always its own: longer ago than any bucket takes to fill. */
  static final Duration ALWAYS = Duration.ofDays(36_500);

  private final String id;
  private final String node;
  private final Roster others = new Roster();

  /** Those with a part, ourselves included; null when it has to be made anew. */
  private @Nullable Owners owners;

  private Member.State state = Member.State.LISTENING;

  /** In epoch milliseconds. */
  private long since;

  private long listensSince;
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
      heldSince = now - ALWAYS.toNanos();
    }
  }

  private void joinAnew(long wallMillis, long now) {
    state = Member.State.LISTENING;
    // Never the same twice, or the others would take it for the one that they knew.
    since = Math.max(since + 1, wallMillis);
    listensSince = now;
    tickedAt = now;
    owners = null;
  }

  /** To be called every {@link Roster#ANNOUNCED_EVERY}: who has gone meanwhile. */
  List<Member> tick(long wallMillis, long now) {
    if (alone || state == Member.State.LEAVING) {
      return List.of();
    }
    long late = now - tickedAt - Roster.ANNOUNCED_EVERY.toNanos();
    if (late > 0) {
      // What they said meanwhile has not been read yet.
      others.excuse(late, now);
      listensSince += late;
    }
    if (isFrozen(now)) {
      joinAnew(wallMillis, now);
    }
    tickedAt = now;
    List<Member> gone = others.sweep(now);
    if (!gone.isEmpty()) {
      owners = null;
      heldSince = now;
    }
    settle(now);
    return gone;
  }

  private boolean isFrozen(long now) {
    return now - tickedAt > FROZEN_AFTER.toNanos();
  }

  /** Takes what another announces; whether it has to be told of us at once. */
  boolean heard(Member other, long now) {
    if (other.id().equals(id) || alone || state == Member.State.LEAVING) {
      return false;
    }
    Member before = others.find(other.id());
    boolean news = others.heard(other, now);
    if (news) {
      owners = null;
    }
    if (before != null && before.hasPart() && !other.hasPart()) {
      // It has left, or has been frozen and comes anew: from now on, its part is ours.
      heldSince = now;
    }
    long knownSince = since;
    Member.State known = state;
    comeAfter(other);
    settle(now);
    boolean left = other.state() == Member.State.LEAVING;
    return (news && !left) || state != known || since != knownSince;
  }

  /** Who comes is younger than who is there, whatever its clock says. */
  private void comeAfter(Member other) {
    boolean comes = state == Member.State.LISTENING || state == Member.State.JOINING;
    if (comes && other.state() == Member.State.ACTIVE && other.since() >= since) {
      since = other.since() + 1;
      owners = null;
    }
  }

  private void settle(long now) {
    if (isFrozen(now)) {
      return;
    }
    if (state == Member.State.LISTENING && now - listensSince >= LISTENS_FOR.toNanos()) {
      state = Member.State.JOINING;
      // Who knows it by this number knows that it is to have a part.
      since++;
      owners = null;
    }
    if (state == Member.State.JOINING) {
      Member self = self(new JsonObject());
      if (others.members().stream().allMatch(each -> each.knows(self))) {
        state = Member.State.ACTIVE;
        heldSince = now;
        owners = null;
      }
    }
  }

  /** From now on, nothing is its own. */
  void leave() {
    state = Member.State.LEAVING;
    owners = null;
  }

  /** What it announces. */
  Member self(JsonObject data) {
    Map<String, Long> knows = new HashMap<>();
    others.members().forEach(each -> knows.put(each.id(), each.since()));
    return new Member(id, node, state, since, knows, data);
  }

  Member.State state() {
    return state;
  }

  public boolean isActive() {
    return state == Member.State.ACTIVE;
  }

  /**
   * Since when, in nanoseconds, nobody else may have lent what is ours: all of it, though some was
   * ours before.
   */
  long heldSince() {
    return heldSince;
  }

  /** Whether a key is ours, and nobody else's. */
  public boolean owns(String key, long now) {
    return isServing(now) && isSelf(owners().of(key));
  }

  /** Whether it is us that decide what only one may. */
  public boolean leads(long now) {
    return isServing(now) && otherLeader() == null;
  }

  /** Whether it has a part: it is active, and has not been frozen without noticing yet. */
  public boolean isServing(long now) {
    return isActive() && (alone || !isFrozen(now));
  }

  /** Whose a key is; null for ours, and for nobody's. */
  public @Nullable Member otherOwner(String key) {
    Member owner = owners().of(key);
    return isSelf(owner) ? null : owner;
  }

  /** Who leads; null where it is us, and where nobody does. */
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

  private Owners owners() {
    Owners known = owners;
    if (known == null) {
      known = new Owners(all());
      owners = known;
    }
    return known;
  }

  /** Those that join, too: what is to be theirs is ours no more. */
  private List<Member> all() {
    List<Member> all = new ArrayList<>();
    others.members().stream().filter(Member::hasPart).forEach(all::add);
    Member self = self(new JsonObject());
    if (self.hasPart()) {
      all.add(self);
    }
    return all;
  }
}
