package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Books that were changed apart from each other, put together. */
final class BanMergeProperties {
  private enum Op {
    BAN,
    PUNISH,
    PARDON
  }

  record Step(Op op, int book, int subject, long pause, long length) {}

  @Provide
  Arbitrary<Step> steps() {
    return Combinators.combine(
            Arbitraries.of(Op.class),
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(0, 5),
            Arbitraries.longs().between(1, 2_000),
            Arbitraries.longs().between(1, 20_000))
        .as(Step::new);
  }

  private static BanBook book() {
    BanBook book = new BanBook(Duration.ofSeconds(1), Duration.ofSeconds(10), 1_000);
    book.keepPardons();
    return book;
  }

  private static BanSubject subject(int number) {
    return new BanSubject(true, "s" + number);
  }

  @Property(tries = 300)
  void areAlikeAndHoldTheLaterChange(@ForAll @Size(max = 40) List<@From("steps") Step> steps) {
    List<BanBook> books = List.of(book(), book());
    // Whoever knows of everything at once.
    BanBook all = book();
    long now = 1_000_000;
    for (Step step : steps) {
      now += step.pause();
      for (BanBook each : List.of(books.get(step.book()), all)) {
        switch (step.op()) {
          case BAN -> each.ban(subject(step.subject()), step.length(), "", now);
          case PUNISH -> each.ban(subject(step.subject()), 1_000, "strikes", now);
          case PARDON -> each.pardon(subject(step.subject()), now);
        }
      }
    }
    List<BanEntry> before = throughJson(books.get(1).entries(now));
    books.get(1).merge(throughJson(books.get(0).entries(now)), now);
    books.get(0).merge(before, now);

    assertThat(books.get(0).bans(now)).isEqualTo(books.get(1).bans(now));
    assertThat(books.get(0).merge(books.get(1).entries(now), now)).isEmpty();
    assertThat(books.get(1).merge(books.get(0).entries(now), now)).isEmpty();
    for (Step step : steps) {
      // A pardon by who knew of no ban is no change; of a ban that is over, nothing is known.
      long until = all.until(subject(step.subject()), now);
      if (until > 0 && lastOf(step.subject(), steps).equals(step)) {
        assertThat(books.get(0).until(subject(step.subject()), now)).isEqualTo(until);
      }
    }
  }

  private static Step lastOf(int subject, List<Step> steps) {
    return steps.stream()
        .filter(step -> step.subject() == subject)
        .reduce((one, other) -> other)
        .orElseThrow();
  }

  private static List<BanEntry> throughJson(List<BanEntry> entries) {
    return entries.stream()
        .map(entry -> BanEntry.fromJson(new JsonObject(entry.toJson().encode())))
        .toList();
  }

  @Property(tries = 100)
  void aPardonIsLaterThanTheBanThoughTheClockIsBehind(@ForAll boolean punished) {
    BanBook fast = book();
    BanBook slow = book();
    if (punished) {
      fast.punish(subject(1), "", 1_000_000);
    } else {
      fast.ban(subject(1), 10_000, "", 1_000_000);
    }
    slow.merge(fast.entries(1_000_000), 995_000);
    slow.pardon(subject(1), 995_001);

    assertThat(fast.merge(slow.entries(995_001), 1_000_001)).containsExactly(subject(1));
    assertThat(fast.isBanned(subject(1), 1_000_001)).isFalse();
    assertThat(fast.state(1_000_001).offences()).isEmpty();
    // And what the other one knows of before is not news again.
    assertThat(slow.merge(throughJson(fast.entries(1_000_001)), 995_002)).isEmpty();
  }
}
