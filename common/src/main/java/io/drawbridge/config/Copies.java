package io.drawbridge.config;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Immutable copies for the settings records. */
final class Copies {
  private Copies() {}

  /** Keeps the operator's order, which {@link Set#copyOf} would not. */
  static <T> Set<T> ordered(Collection<? extends T> values) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(values));
  }
}
