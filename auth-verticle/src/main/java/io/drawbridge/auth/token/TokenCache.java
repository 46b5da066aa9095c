package io.drawbridge.auth.token;

import io.drawbridge.auth.token.ClaimsCheck.Judged;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts on tokens that were verified with one set of keys, by the hash of the token; at most
 * {@value #MOST}, and {@value #MOST_CHARS} characters of tokens. What was kept first goes first.
 *
 * <p>Shared by all event loops, behind a lock that nobody holds while waiting.
 */
final class TokenCache {
  static final int MOST = 10_000;

  /** The length of a token is near what its claims take. */
  static final int MOST_CHARS = 16 * 1024 * 1024;

  private record Kept(Judged judged, int chars, Instant until) {}

  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private int chars;

  synchronized @Nullable Judged find(String hash, Instant now) {
    Kept found = kept.get(hash);
    return found == null || !now.isBefore(found.until) ? null : found.judged;
  }

  /**
   * @param length of the token, in characters
   */
  synchronized void keep(String hash, Judged judged, int length, Instant until) {
    Kept before = kept.put(hash, new Kept(judged, length, until));
    chars += length - (before == null ? 0 : before.chars);
    Iterator<Kept> eldest = kept.values().iterator();
    while (kept.size() > MOST || chars > MOST_CHARS) {
      chars -= eldest.next().chars;
      eldest.remove();
    }
  }

  synchronized int size() {
    return kept.size();
  }
}
