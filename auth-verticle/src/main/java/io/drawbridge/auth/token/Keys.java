package io.drawbridge.auth.token;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All keys that are believed at one time, and the algorithms that tokens may use. Immutable. */
final class Keys {
  /** Tried for one token; more would let a token cost more than it is worth. */
  private static final int MOST_TRIED = 10;

  private final Set<Algorithm> allowed;
  private final List<VerifyingKey> all;
  private final Map<Algorithm, List<VerifyingKey>> byAlgorithm;
  private final Map<String, List<VerifyingKey>> byId;
  private final List<VerifyingKey> nameless;

  Keys(Set<Algorithm> allowed, Collection<VerifyingKey> keys) {
    this.allowed = Set.copyOf(allowed);
    this.all = List.copyOf(keys);
    this.byAlgorithm = new HashMap<>();
    for (VerifyingKey key : all) {
      key.algorithms()
          .forEach(
              each ->
                  byAlgorithm.computeIfAbsent(each, none -> new java.util.ArrayList<>()).add(key));
    }
    this.byId =
        all.stream()
            .filter(key -> key.id() != null)
            .collect(Collectors.groupingBy(key -> String.valueOf(key.id())));
    this.nameless = all.stream().filter(key -> key.id() == null).toList();
  }

  Set<Algorithm> allowed() {
    return allowed;
  }

  /** Whether some key bears this name. */
  boolean knows(String id) {
    return byId.containsKey(id);
  }

  /** A key without a name may be any; one that has a name is meant by it alone. */
  List<VerifyingKey> candidates(Algorithm algorithm, @Nullable String id) {
    Stream<VerifyingKey> keys =
        id == null
            ? byAlgorithm.getOrDefault(algorithm, List.of()).stream()
            : Stream.concat(byId.getOrDefault(id, List.of()).stream(), nameless.stream());
    return keys.filter(key -> key.algorithms().contains(algorithm)).limit(MOST_TRIED).toList();
  }

  boolean isSameAs(Keys other) {
    return allowed.equals(other.allowed)
        && all.size() == other.all.size()
        && Stream.iterate(0, i -> i < all.size(), i -> i + 1)
            .allMatch(i -> all.get(i).isSameAs(other.all.get(i)));
  }
}
