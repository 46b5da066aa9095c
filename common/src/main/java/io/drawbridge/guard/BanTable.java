package io.drawbridge.guard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one edge knows of the bans: looked up without waiting for anybody, kept up to date by the
 * numbered changes. Decides only; times are epoch milliseconds.
 */
final class BanTable {
  /** The number of a table that has heard of nothing yet. */
  static final long UNKNOWN = -1;

  private final int most;

  // When each ban ends. Two maps, so that a look-up needs no text of its own.
  private final Map<String, Long> addresses = new HashMap<>();
  private final Map<String, Long> users = new HashMap<>();

  private long seq = UNKNOWN;
  private int version;

  /**
   * @param most the most bans kept; the guard has no more
   */
  BanTable(int most) {
    this.most = most;
  }

  /** The number of the last change that it knows. */
  long seq() {
    return seq;
  }

  /** Another one each time that somebody may be banned who was not before. */
  int version() {
    return version;
  }

  /** For how many more milliseconds the address or the user is banned; 0 for not at all. */
  long left(Peer peer, long now) {
    long until = addresses.getOrDefault(peer.address(), 0L);
    if (peer.user() != null) {
      until = Math.max(until, users.getOrDefault(peer.user(), 0L));
    }
    return Math.max(0, until - now);
  }

  /** Takes the change that comes next; false for any other, after which all must be asked for. */
  boolean apply(BanChange change) {
    if (seq == UNKNOWN || change.seq() != seq + 1) {
      return false;
    }
    Map<String, Long> bans = of(change.subject());
    if (!change.isBan()) {
      bans.remove(change.subject().name());
    } else if (addresses.size() + users.size() < most) {
      bans.put(change.subject().name(), change.until());
      version++;
    } else {
      return false;
    }
    seq = change.seq();
    return true;
  }

  /** Takes all bans, in place of those that it knew. */
  void replace(long newSeq, List<Ban> bans) {
    addresses.clear();
    users.clear();
    bans.stream()
        .limit(most)
        .forEach(ban -> of(ban.subject()).put(ban.subject().name(), ban.until()));
    seq = newSeq;
    version++;
  }

  /** Forgets what is over. */
  void dropEnded(long now) {
    addresses.values().removeIf(until -> until <= now);
    users.values().removeIf(until -> until <= now);
  }

  private Map<String, Long> of(BanSubject subject) {
    return subject.user() ? users : addresses;
  }
}
