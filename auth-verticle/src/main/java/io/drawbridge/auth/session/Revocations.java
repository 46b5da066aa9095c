package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are believed no more. None is forgotten before its time: where there are too
 * many, no more are taken. Decides only; times are epoch milliseconds.
 */
final class Revocations {
  private final int most;

  /** By subject. */
  private final Map<String, Revocation> all = new HashMap<>();

  /** Of all that are held, in the order in which they are told to other nodes. */
  private final TreeSet<String> subjects = new TreeSet<>();

  /** Before it, none ends. */
  private long soonestEnd = Revocation.NEVER;

  /** Of all that are held, whatever their order. */
  private long digest;

  /**
   * @param most that are remembered at once
   */
  Revocations(int most) {
    this.most = most;
  }

  boolean revoked(Claims claims, long now) {
    if (all.isEmpty()) {
      return false;
    }
    Revocation ofUser = inForce(Revocation.user(claims.user()), now);
    return (ofUser != null && ofUser.isOld(claims))
        || inForce(Revocation.hash(claims.hash()), now) != null
        || (claims.jti() != null
            && (inForce(Revocation.jti(claims.jti()), now) != null
                || inForce(Revocation.jtiOf(claims.user(), claims.jti()), now) != null));
  }

  private @Nullable Revocation inForce(String subject, long now) {
    Revocation found = all.get(subject);
    return found != null && found.isInForce(now) ? found : null;
  }

  /** Takes one more, or makes one longer; false where there is no room for it. */
  boolean add(Revocation fresh, long now) {
    return addAll(List.of(fresh), now);
  }

  /** Takes all, or none where there is no room for all; no two are of the same subject. */
  boolean addAll(List<Revocation> fresh, long now) {
    if (!hasRoom(fresh)) {
      dropEnded(now);
      if (!hasRoom(fresh)) {
        return false;
      }
    }
    fresh.forEach(this::put);
    return true;
  }

  /**
   * Takes what another node holds, as far as there is room for it.
   *
   * @return those that are new here, or mean more than before
   */
  List<Revocation> merge(List<Revocation> others, long now) {
    List<Revocation> news = new ArrayList<>();
    for (Revocation other : others) {
      Revocation before = all.get(other.subject());
      boolean isNews = before == null || !before.and(other).equals(before);
      if (isNews && other.isInForce(now) && add(other, now)) {
        news.add(other);
      }
    }
    return news;
  }

  private void put(Revocation fresh) {
    Revocation before = all.get(fresh.subject());
    Revocation after = before == null ? fresh : before.and(fresh);
    digest ^= (before == null ? 0 : before.digest()) ^ after.digest();
    all.put(after.subject(), after);
    subjects.add(after.subject());
    soonestEnd = Math.min(soonestEnd, after.until());
  }

  /** The same on all nodes that hold the same. */
  long digest(long now) {
    dropEnded(now);
    return digest;
  }

  /** The next so many behind this subject, in the order of subjects; all begin behind "". */
  List<Revocation> page(String after, int most) {
    return subjects.tailSet(after, false).stream().limit(most).flatMap(this::held).toList();
  }

  private Stream<Revocation> held(String subject) {
    return Stream.ofNullable(all.get(subject));
  }

  private boolean hasRoom(List<Revocation> fresh) {
    long others = fresh.stream().filter(each -> !all.containsKey(each.subject())).count();
    return all.size() + others <= most;
  }

  int size() {
    return all.size();
  }

  /** Those that are still in force. */
  List<Revocation> inForce(long now) {
    dropEnded(now);
    return List.copyOf(all.values());
  }

  private void dropEnded(long now) {
    if (now < soonestEnd) {
      return;
    }
    soonestEnd = Revocation.NEVER;
    Iterator<Revocation> each = all.values().iterator();
    while (each.hasNext()) {
      Revocation revocation = each.next();
      if (revocation.isInForce(now)) {
        soonestEnd = Math.min(soonestEnd, revocation.until());
      } else {
        digest ^= revocation.digest();
        subjects.remove(revocation.subject());
        each.remove();
      }
    }
  }
}
