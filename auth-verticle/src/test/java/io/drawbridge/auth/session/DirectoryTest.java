package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.session.Directory.Place;
import io.drawbridge.config.OnTooManySessions;
import org.junit.jupiter.api.Test;

final class DirectoryTest {
  private static Directory of(int most, OnTooManySessions onTooMany) {
    return new Directory(most, onTooMany);
  }

  private static Place place(String session, String member, long since) {
    return new Place(session, member, since);
  }

  @Test
  void replacesTheOldestOnWhicheverNodeItIs() {
    Directory directory = of(2, OnTooManySessions.REPLACE_OLDEST);
    directory.claim("ada", place("s1", "a", 1));
    directory.claim("ada", place("s2", "b", 2));

    Directory.Claim third = directory.claim("ada", place("s3", "c", 3));

    assertThat(third.refusedAt()).isEqualTo(-1);
    assertThat(third.ended()).extracting(Place::session).containsExactly("s1");
    assertThat(directory.places()).isEqualTo(2);
  }

  @Test
  void neverReplacesTheOneThatIsAskedFor() {
    Directory directory = of(1, OnTooManySessions.REPLACE_OLDEST);
    directory.claim("ada", place("s1", "a", 5));

    Directory.Claim second = directory.claim("ada", place("s2", "b", 1));

    assertThat(second.ended()).extracting(Place::session).containsExactly("s1");
  }

  @Test
  void refusesTheNewestAndSaysHowManyThereAre() {
    Directory directory = of(2, OnTooManySessions.REFUSE);
    directory.claim("ada", place("s1", "a", 1));
    directory.claim("ada", place("s2", "b", 2));

    assertThat(directory.claim("ada", place("s3", "a", 3)).refusedAt()).isEqualTo(2);
    // The same again, since its answer was lost.
    assertThat(directory.claim("ada", place("s2", "b", 2)).refusedAt()).isEqualTo(-1);
    assertThat(directory.claim("bob", place("s4", "a", 4)).refusedAt()).isEqualTo(-1);

    directory.release("ada", "s1", "a");
    assertThat(directory.claim("ada", place("s3", "a", 3)).refusedAt()).isEqualTo(-1);
  }

  @Test
  void leavesWhatItIsToldOfWhereTheNewestIsRefused() {
    Directory directory = of(1, OnTooManySessions.REFUSE);
    directory.tell("ada", place("s1", "a", 1));

    assertThat(directory.tell("ada", place("s2", "b", 2))).isEmpty();
    assertThat(directory.places()).isEqualTo(2);
  }

  @Test
  void endsTheOldestOfThoseThatItIsToldOfInAnyOrder() {
    Directory directory = of(1, OnTooManySessions.REPLACE_OLDEST);
    directory.tell("ada", place("s2", "a", 2));

    assertThat(directory.tell("ada", place("s1", "b", 1)))
        .extracting(Place::session)
        .containsExactly("s1");
  }

  @Test
  void keepsOneThatHasGoneOnElsewhere() {
    Directory directory = of(5, OnTooManySessions.REFUSE);
    directory.tell("ada", place("s1", "a", 1));
    directory.tell("ada", place("s1", "b", 1));

    directory.release("ada", "s1", "a");

    assertThat(directory.places()).isEqualTo(1);
  }

  @Test
  void forgetsTheSessionsOfANodeThatIsGoneAndUsersOfSomebodyElse() {
    Directory directory = of(5, OnTooManySessions.REFUSE);
    directory.tell("ada", place("s1", "a", 1));
    directory.tell("ada", place("s2", "b", 2));
    directory.tell("bob", place("s3", "a", 3));

    directory.gone("a");
    assertThat(directory.ids()).containsExactly("ada");
    assertThat(directory.users(0, 10)).containsExactly(new Directory.User("ada", 1, 2));

    directory.forget("ada");
    assertThat(directory.size()).isZero();
    assertThat(directory.places()).isZero();
  }
}
