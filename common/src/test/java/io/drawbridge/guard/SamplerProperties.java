package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.Sampler.Suppressed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens when: each event is a full line or in a count, and the counts are few. */
final class SamplerProperties {
  private static final List<String> KINDS = List.of("A", "B", "C");

  record Event(String kind, String peer, long pause, boolean kept) {}

  @Provide
  Arbitrary<Event> events() {
    return Combinators.combine(
            Arbitraries.of(KINDS),
            Arbitraries.integers().between(1, 8).map(peer -> "192.0.2." + peer),
            Arbitraries.longs().between(0, 20_000_000_000L),
            Arbitraries.of(true, true, true, false))
        .as(Event::new);
  }

  @Property(tries = 400)
  void leavesNoEventUncounted(
      @ForAll @IntRange(min = 1, max = 4) int fullLines,
      @ForAll @IntRange(min = 1, max = 6) int maxPeers,
      @ForAll @Size(max = 120) List<@From("events") Event> events) {
    Sampler sampler = new Sampler(fullLines, maxPeers);
    Map<String, Long> full = new HashMap<>();
    Map<String, Long> left = new HashMap<>();
    long now = Long.MAX_VALUE - 60_000_000_000L;
    for (Event event : events) {
      now += event.pause();
      count(left, sampler.ended(now));
      if (sampler.admits(event.kind(), event.peer(), now)) {
        if (event.kept()) {
          full.merge(event.kind(), 1L, Long::sum);
        } else {
          sampler.left(new Sampler.Subject(event.kind(), event.peer()), 1, now);
        }
      }
    }
    List<Suppressed> last = sampler.endAll();
    count(left, last);

    for (String kind : KINDS) {
      long all = events.stream().filter(event -> event.kind().equals(kind)).count();
      assertThat(full.getOrDefault(kind, 0L) + left.getOrDefault(kind, 0L)).isEqualTo(all);
    }
    assertThat(last).hasSizeLessThanOrEqualTo(maxPeers + KINDS.size());
  }

  private static void count(Map<String, Long> left, List<Suppressed> windows) {
    Set<Sampler.Subject> subjects = new HashSet<>();
    for (Suppressed window : windows) {
      assertThat(subjects.add(window.subject())).isTrue();
      assertThat(window.count()).isPositive();
      left.merge(window.subject().kind(), window.count(), Long::sum);
    }
  }
}
