package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BanBookTest {
  private static final BanSubject SUBJECT = new BanSubject(false, "192.0.2.1");
  private static final BanSubject OTHER = new BanSubject(true, "ada");
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final ManualTime time = new ManualTime();
  private final BanBook book = book();

  private static BanBook book() {
    return new BanBook(Duration.ofMinutes(5), Duration.ofHours(1), 3);
  }

  private long now() {
    return time.now().toEpochMilli();
  }

  private void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  private long punish() {
    long before = now();
    List<BanChange> changes = book.punish(SUBJECT, "10 strikes", before);
    assertThat(changes).hasSize(1);
    return changes.get(0).until() - before;
  }

  @Test
  void numbersEachChangeOneHigher() {
    assertThat(book.seq()).isZero();
    assertThat(book.ban(SUBJECT, MINUTE, "", now()))
        .containsExactly(new BanChange(1, SUBJECT, now() + MINUTE));
    assertThat(book.punish(OTHER, "", now()))
        .containsExactly(new BanChange(2, OTHER, now() + 5 * MINUTE));
    assertThat(book.pardon(SUBJECT, now())).isEqualTo(new BanChange(3, SUBJECT, 0));
    assertThat(book.seq()).isEqualTo(3);
  }

  @Test
  void endsABanInItsTimeWithoutAChange() {
    book.ban(SUBJECT, MINUTE, "why", now());
    long since = now();

    advance(MINUTE - 1);
    assertThat(book.isBanned(SUBJECT, now())).isTrue();
    assertThat(book.bans(now())).containsExactly(new Ban(SUBJECT, since, since + MINUTE, "why"));

    advance(1);
    assertThat(book.isBanned(SUBJECT, now())).isFalse();
    assertThat(book.bans(now())).isEmpty();
    assertThat(book.seq()).isEqualTo(1);
  }

  @Test
  void doublesWithEachBanUpToTheLongest() {
    for (long minutes : List.of(5L, 10L, 20L, 40L, 60L, 60L, 60L)) {
      assertThat(punish()).isEqualTo(minutes * MINUTE);
      advance(minutes * MINUTE);
    }
  }

  @Test
  void neverGetsShorterHoweverOftenItDoubles() {
    for (int i = 0; i < 100; i++) {
      punish();
    }
    assertThat(punish()).isEqualTo(HOUR);
  }

  @Test
  void remembersABanForTheLongestBanAfterItsEnd() {
    punish();
    advance(5 * MINUTE + HOUR - 1);
    assertThat(punish()).isEqualTo(10 * MINUTE);

    advance(10 * MINUTE + HOUR);
    assertThat(punish()).isEqualTo(5 * MINUTE);
  }

  @Test
  void doesNotDoubleForABanThatAServiceAskedFor() {
    book.ban(SUBJECT, 7, "", now());
    assertThat(punish()).isEqualTo(5 * MINUTE);
    book.ban(SUBJECT, 7, "", now());
    assertThat(punish()).isEqualTo(10 * MINUTE);
  }

  @Test
  void replacesABanThatIsInForce() {
    book.ban(SUBJECT, HOUR, "long", now());
    book.ban(SUBJECT, MINUTE, "short", now());

    assertThat(book.bans(now())).containsExactly(new Ban(SUBJECT, now(), now() + MINUTE, "short"));
    advance(MINUTE);
    assertThat(book.isBanned(SUBJECT, now())).isFalse();
  }

  @Test
  void forgetsAllWhenItPardons() {
    punish();
    assertThat(book.pardon(SUBJECT, now())).isNotNull();

    assertThat(book.isBanned(SUBJECT, now())).isFalse();
    assertThat(punish()).isEqualTo(5 * MINUTE);
  }

  @Test
  void forgetsTheOffencesOfOneWhoseBanIsOver() {
    punish();
    advance(5 * MINUTE);

    assertThat(book.pardon(SUBJECT, now())).isNull();
    assertThat(book.seq()).isEqualTo(1);
    assertThat(punish()).isEqualTo(5 * MINUTE);
  }

  @Test
  void changesNothingByAPardonForNoBan() {
    assertThat(book.pardon(SUBJECT, now())).isNull();
    assertThat(book.seq()).isZero();
  }

  @Test
  void givesUpTheBanThatEndsFirstWhenItIsFull() {
    book.ban(new BanSubject(true, "long"), 3 * MINUTE, "", now());
    book.ban(new BanSubject(true, "short"), MINUTE, "", now());
    book.ban(new BanSubject(true, "middle"), 2 * MINUTE, "", now());

    assertThat(book.ban(SUBJECT, MINUTE, "", now()))
        .containsExactly(
            new BanChange(4, new BanSubject(true, "short"), 0),
            new BanChange(5, SUBJECT, now() + MINUTE));
    assertThat(book.bans(now()))
        .extracting(ban -> ban.subject().name())
        .containsExactly("192.0.2.1", "middle", "long");
  }

  @Test
  void givesUpNoneForOneThatIsInItAlready() {
    book.ban(new BanSubject(true, "a"), MINUTE, "", now());
    book.ban(new BanSubject(true, "b"), MINUTE, "", now());
    book.ban(SUBJECT, 2 * MINUTE, "", now());

    assertThat(book.ban(SUBJECT, MINUTE, "", now())).hasSize(1);
    assertThat(book.bans(now())).hasSize(3);
  }

  @Test
  void goesOnFromWhatWasKept() {
    punish();
    book.ban(OTHER, MINUTE, "by hand", now());
    BanBook restored = book();
    restored.restore(book.state(now()), now());

    assertThat(restored.state(now())).isEqualTo(book.state(now()));
    assertThat(restored.isBanned(SUBJECT, now())).isTrue();
    assertThat(restored.punish(SUBJECT, "", now()))
        .containsExactly(new BanChange(3, SUBJECT, now() + 10 * MINUTE));
  }

  @Test
  void leavesOutOfWhatWasKeptWhatIsOver() {
    punish();
    book.ban(OTHER, MINUTE, "", now());
    BanBook.State kept = book.state(now());
    advance(5 * MINUTE + HOUR);
    BanBook restored = book();
    restored.restore(kept, now());

    assertThat(restored.state(now()))
        .isEqualTo(new BanBook.State(2, List.of(), List.of(), List.of()));
  }

  @Test
  void takesNoMoreOfWhatWasKeptThanItHolds() {
    BanBook large = new BanBook(Duration.ofMinutes(5), Duration.ofHours(1), 100);
    for (int i = 0; i < 10; i++) {
      large.punish(new BanSubject(true, "u" + i), "", now() + i);
    }
    book.restore(large.state(now()), now());

    assertThat(book.bans(now()))
        .extracting(ban -> ban.subject().name())
        .containsExactly("u7", "u8", "u9");
    assertThat(book.state(now()).offences()).hasSize(3);
  }
}
