package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever is done when: who hears every change knows all that the book holds. */
final class BanBookProperties {
  private static final long FIRST = 1_000;
  private static final long LONGEST = 10_000;

  private enum Op {
    BAN,
    PUNISH,
    PARDON,
    RESTART
  }

  record Step(Op op, int subject, long pause, long length) {}

  @Provide
  Arbitrary<Step> steps() {
    return Combinators.combine(
            Arbitraries.of(Op.class),
            Arbitraries.integers().between(0, 7),
            Arbitraries.longs().between(0, 3_000),
            Arbitraries.longs().between(1, 20_000))
        .as(Step::new);
  }

  @Property(tries = 500)
  void itsChangesTellAllOfIt(
      @ForAll @IntRange(min = 1, max = 6) int most,
      @ForAll @Size(max = 100) List<@From("steps") Step> steps) {
    BanBook book = book(most);
    BanTable table = new BanTable(1_000);
    table.replace(0, List.of());
    long now = 1_000_000;
    for (Step step : steps) {
      now += step.pause();
      BanSubject subject = new BanSubject(step.subject() % 2 == 0, "s" + step.subject());
      switch (step.op()) {
        case BAN -> tell(table, book.ban(subject, step.length(), "", now));
        case PUNISH -> {
          List<BanChange> changes = book.punish(subject, "", now);
          tell(table, changes);
          long length = changes.get(changes.size() - 1).until() - now;
          assertThat(length).isIn(FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, LONGEST);
        }
        case PARDON -> {
          BanChange change = book.pardon(subject, now);
          tell(table, change == null ? List.of() : List.of(change));
          assertThat(book.isBanned(subject, now)).isFalse();
        }
        case RESTART -> {
          BanBook next = book(most);
          next.restore(book.state(now), now);
          assertThat(next.state(now)).isEqualTo(book.state(now));
          book = next;
        }
      }
      assertThat(book.bans(now)).hasSizeLessThanOrEqualTo(most);
      assertThat(book.state(now).offences()).hasSizeLessThanOrEqualTo(most);
      assertAgree(book, table, now);
    }
  }

  private static BanBook book(int most) {
    return new BanBook(Duration.ofMillis(FIRST), Duration.ofMillis(LONGEST), most);
  }

  private static void tell(BanTable table, List<BanChange> changes) {
    changes.forEach(change -> assertThat(table.apply(change)).isTrue());
  }

  private static void assertAgree(BanBook book, BanTable table, long now) {
    Map<BanSubject, Long> left = new HashMap<>();
    book.bans(now).forEach(ban -> left.put(ban.subject(), ban.until() - now));
    Set<BanSubject> all = new HashSet<>(left.keySet());
    all.addAll(
        List.of(0, 1, 2, 3, 4, 5, 6, 7).stream()
            .map(i -> new BanSubject(i % 2 == 0, "s" + i))
            .collect(Collectors.toSet()));
    for (BanSubject subject : all) {
      assertThat(table.left(peer(subject), now)).isEqualTo(left.getOrDefault(subject, 0L));
    }
  }

  private static Peer peer(BanSubject subject) {
    return subject.user() ? new Peer("nowhere", subject.name(), "s") : Peer.of(subject.name());
  }
}
