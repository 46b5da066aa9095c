package io.drawbridge.auth.session;

import io.drawbridge.auth.token.Claims;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are believed no more. None is forgotten before its time: where there are too
 * many, no more are taken. Decides only; times are epoch milliseconds.
 */
final class Revocations {
  private final int most;

  /** By subject. */
  private final Map<String, Revocation> all = new HashMap<>();

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
    fresh.forEach(each -> all.merge(each.subject(), each, Revocation::and));
    return true;
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
    all.values().removeIf(each -> !each.isInForce(now));
  }
}
