package io.drawbridge.auth.token;

import java.security.Key;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key, bound to the only algorithms that it may verify (RFC 8725 §3.1).
 *
 * @param id what a token's {@code kid} may call it; null where it has none
 * @param algorithms never empty, all of one family
 */
record VerifyingKey(@Nullable String id, Set<Algorithm> algorithms, Key key) {

  VerifyingKey {
    algorithms = Set.copyOf(algorithms);
  }

  /** A secret has no words, so that none slips into a log. */
  @Override
  public String toString() {
    return "key " + id + " for " + algorithms;
  }

  boolean isSameAs(VerifyingKey other) {
    return java.util.Objects.equals(id, other.id)
        && algorithms.equals(other.algorithms)
        && Arrays.equals(key.getEncoded(), other.key.getEncoded());
  }
}
