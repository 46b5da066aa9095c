package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What it does among others in time is in {@link StandingProperties}. */
class StandingTest {
  private final ManualTime time = new ManualTime();

  private Standing begun(String id, boolean withoutOthers) {
    Standing standing = new Standing(id, "node-" + id);
    standing.begin(time.now().toEpochMilli(), time.nanos(), withoutOthers);
    return standing;
  }

  private void tick(Standing... all) {
    time.advance(Roster.ANNOUNCED_EVERY);
    for (Standing each : all) {
      each.tick(time.now().toEpochMilli(), time.nanos());
    }
    hear(all);
  }

  /** Until nobody has anything to say any more. */
  private void hear(Standing... all) {
    boolean news = true;
    while (news) {
      news = false;
      for (Standing from : all) {
        for (Standing to : all) {
          news |= to.heard(from.self(new JsonObject()), time.nanos());
        }
      }
    }
  }

  private void settle(Standing... all) {
    for (int i = 0; i < 6; i++) {
      tick(all);
    }
  }

  @Test
  void ownsAllFromTheStartWithoutOthersAndAlwaysDid() {
    Standing alone = begun("a", true);

    assertThat(alone.owns("key", time.nanos())).isTrue();
    assertThat(alone.leads(time.nanos())).isTrue();
    time.advance(Duration.ofHours(1));
    assertThat(alone.owns("key", time.nanos())).isTrue();
    assertThat(time.nanos() - alone.heldSince()).isGreaterThan(Duration.ofDays(36_000).toNanos());
  }

  @Test
  void ownsNothingBeforeItHasListened() {
    Standing one = begun("a", false);
    for (int i = 0; i < 3; i++) {
      tick(one);
      assertThat(one.owns("key", time.nanos())).isFalse();
    }

    tick(one);

    assertThat(one.owns("key", time.nanos())).isTrue();
    assertThat(one.heldSince()).isEqualTo(time.nanos());
  }

  @Test
  void comesAfterWhoIsThereThoughItsClockIsBehind() {
    Standing one = begun("a", false);
    settle(one);
    Standing late = new Standing("b", "node-b");
    late.begin(5, time.nanos(), false);
    settle(one, late);

    assertThat(late.isActive()).isTrue();
    assertThat(one.leads(time.nanos())).isTrue();
    assertThat(late.otherLeader()).isNotNull().extracting(Member::id).isEqualTo("a");
  }

  @Test
  void hasNothingOnceItHasNotRunForLong() {
    Standing one = begun("a", false);
    settle(one);

    time.advance(Standing.FROZEN_AFTER);
    assertThat(one.owns("key", time.nanos())).isTrue();
    time.advanceNanos(1);
    assertThat(one.owns("key", time.nanos())).isFalse();
    assertThat(one.leads(time.nanos())).isFalse();
    one.tick(time.now().toEpochMilli(), time.nanos());
    assertThat(one.state()).isEqualTo(Member.State.LISTENING);
  }

  @Test
  void takesWhatItMissedWhileItDidNotRunForNobodysSilence() {
    Standing one = begun("a", false);
    Standing two = begun("b", false);
    settle(one, two);

    time.advance(Duration.ofMillis(700));
    assertThat(one.tick(time.now().toEpochMilli(), time.nanos())).isEmpty();
    time.advance(Duration.ofMillis(260));
    assertThat(one.tick(time.now().toEpochMilli(), time.nanos())).isEmpty();

    for (int i = 0; i < 2; i++) {
      time.advance(Roster.ANNOUNCED_EVERY);
      assertThat(one.tick(time.now().toEpochMilli(), time.nanos())).isEmpty();
    }
    time.advance(Roster.ANNOUNCED_EVERY);
    assertThat(one.tick(time.now().toEpochMilli(), time.nanos())).hasSize(1);
  }

  @Test
  void waitsNoLongerForWhoDiesBecauseItWasFrozenForLong() {
    Standing one = begun("a", false);
    Standing two = begun("b", false);
    settle(one, two);

    time.advance(Duration.ofHours(1));
    // What the other said last, read late.
    one.heard(two.self(new JsonObject()), time.nanos());
    one.tick(time.now().toEpochMilli(), time.nanos());
    settle(one);

    assertThat(one.owns("key", time.nanos())).isTrue();
  }

  @Test
  void holdsTheirPartSinceAnotherIsGoneOrLeavesOrComesAnew() {
    Standing one = begun("a", false);
    Standing two = begun("b", false);
    settle(one, two);
    tick(one, two);
    assertThat(time.nanos() - one.heldSince()).isPositive();

    two.leave();
    one.heard(two.self(new JsonObject()), time.nanos());

    assertThat(one.heldSince()).isEqualTo(time.nanos());
    assertThat(one.others()).isEmpty();
    assertThat(two.owns("key", time.nanos())).isFalse();
    assertThat(one.owns("key", time.nanos())).isTrue();
  }

  @Test
  void namesTheOwnerOfAKeyThatIsNotItsOwn() {
    Standing one = begun("a", false);
    Standing two = begun("b", false);
    settle(one, two);

    for (int i = 0; i < 50; i++) {
      String key = "user:" + i;
      boolean mine = one.owns(key, time.nanos());
      assertThat(two.owns(key, time.nanos())).isEqualTo(!mine);
      Member named = mine ? two.otherOwner(key) : one.otherOwner(key);
      assertThat(named).isNotNull().extracting(Member::id).isEqualTo(mine ? "a" : "b");
      assertThat(mine ? one.otherOwner(key) : two.otherOwner(key)).isNull();
    }
  }
}
