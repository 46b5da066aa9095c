package io.drawbridge.guard;

import io.drawbridge.config.Rate;
import io.drawbridge.config.WhenGuardSilent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Permits for one key that this edge has borrowed from the guard, shared by all of the key's
 * connections on one event loop. Spending one is a subtraction; the next lease is asked for before
 * the last permit is spent.
 */
public final class Lease {

  /** What {@link #take} found. */
  public enum Answer {
    /** A permit was spent. */
    GRANTED,
    /** None here, the guard has been asked: wait for {@link #await}. */
    ASKED,
    /** The limit is reached: wait for {@link #nanosUntilNext}. */
    EXHAUSTED
  }

  /** How a lease asks the guard for permits. */
  interface Source {
    void ask(Lease lease, long want);

    /** Whether the guard that is to lend has not answered of late. */
    boolean silentFor(Lease lease);

    /** How many edges share the limit, as far as is known. */
    int edges();
  }

  /** How much of a second's permits one lease holds. */
  private static final double SHARE_OF_A_SECOND = 0.1;

  final String limit;
  final String key;
  private final Rate rate;
  private final boolean unlimited;
  private final WhenGuardSilent whenSilent;
  private final Source source;

  /** What one lease asks for. */
  private final long want;

  /** Connections that wait for an answer. */
  private final Set<Runnable> waiting = new LinkedHashSet<>();

  /** How many connections share this lease. */
  int users;

  /** Where its guard takes requests, as of this version of {@link Guards}. */
  String address = GuardBus.LIMITS;

  @Nullable Object guardsVersion;

  private long permits;

  /** When {@link #permits} are lost. */
  private long expiresAt;

  private boolean asking;

  /** Whether the guard's last answer was that there are none, and until when. */
  private boolean exhausted;

  private long retryAt;

  /** Our share of the limit, spent while the guard is silent; null while it answers. */
  private @Nullable Gcra share;

  Lease(String limit, String key, Rate rate, WhenGuardSilent whenSilent, Source source) {
    this.limit = limit;
    this.key = key;
    this.rate = rate;
    this.unlimited = rate.unlimited();
    this.whenSilent = whenSilent;
    this.source = source;
    this.want =
        Math.max(1, (long) Math.min(GuardBus.MOST_PERMITS, rate.perSecond() * SHARE_OF_A_SECOND));
  }

  /** Spends a permit, if there is one. */
  public Answer take(long now) {
    if (unlimited) {
      return Answer.GRANTED;
    }
    dropExpired(now);
    if (permits > 0) {
      permits--;
      askAhead(now);
      return Answer.GRANTED;
    }
    ask(now);
    if (source.silentFor(this)) {
      return fromShare(now);
    }
    return asking ? Answer.ASKED : Answer.EXHAUSTED;
  }

  /** Asks for the first permits, so that they are there when the first message is. */
  public void prepare(long now) {
    if (!unlimited) {
      dropExpired(now);
      askAhead(now);
    }
  }

  /** Nanoseconds after which a permit may be had; only a guess while other edges take some too. */
  public long nanosUntilNext(long now) {
    if (share != null) {
      return share.nanosUntil(1, now);
    }
    return exhausted ? Math.max(0, retryAt - now) : 0;
  }

  /** Calls back once, when the guard has answered or is known to be silent. */
  public void await(Runnable callback) {
    waiting.add(callback);
  }

  /** Takes back {@link #await}. */
  public void forget(Runnable callback) {
    waiting.remove(callback);
  }

  private void dropExpired(long now) {
    if (now - expiresAt >= 0) {
      permits = 0;
    }
  }

  /** Never with more than half a lease in hand, or an edge could hoard permits for a flood. */
  private void askAhead(long now) {
    if (permits <= want / 2) {
      ask(now);
    }
  }

  private void ask(long now) {
    if (!asking && (!exhausted || now - retryAt >= 0)) {
      asking = true;
      source.ask(this, want);
    }
  }

  private Answer fromShare(long now) {
    if (whenSilent == WhenGuardSilent.REFUSE) {
      return Answer.EXHAUSTED;
    }
    if (share == null) {
      share = new Gcra(shareOf(rate, source.edges()), shareBurst(), now);
    }
    return share.takeAll(1, now) ? Answer.GRANTED : Answer.EXHAUSTED;
  }

  /**
   * A tenth of our part of the burst: some of it may have been spent before the guard fell silent.
   */
  private double shareBurst() {
    return Limiter.burst(rate) / source.edges() / 10;
  }

  static Rate shareOf(Rate rate, int edges) {
    return new Rate(rate.amount(), rate.per().multipliedBy(edges));
  }

  void granted(long count, Duration lifetime, long now) {
    dropExpired(now);
    permits += count;
    expiresAt = now + lifetime.toNanos();
    exhausted = false;
    share = null;
    answered();
  }

  void refused(Duration retryAfter, long now) {
    exhausted = true;
    retryAt = now + retryAfter.toNanos();
    share = null;
    answered();
  }

  /** Another guard lends from now on; what the one before it has said holds no more. */
  void moved() {
    exhausted = false;
  }

  /** The guard gave no answer; the next try is due after {@code retryAfter}. */
  void unanswered(Duration retryAfter, long now) {
    exhausted = true;
    retryAt = now + retryAfter.toNanos();
    answered();
  }

  private void answered() {
    asking = false;
    var callbacks = new ArrayList<>(waiting);
    waiting.clear();
    callbacks.forEach(Runnable::run);
  }
}
