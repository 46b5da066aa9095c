package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BanTableTest {
  private static final BanSubject ADDRESS = new BanSubject(false, "192.0.2.1");
  private static final BanSubject USER = new BanSubject(true, "ada");
  private static final Peer NOBODY = Peer.of("192.0.2.9");
  private static final Peer ANONYMOUS = Peer.of("192.0.2.1");
  private static final Peer ELSEWHERE = new Peer("192.0.2.9", "ada", "s-1");

  private final BanTable table = new BanTable(3);

  private static Ban ban(BanSubject subject, long until) {
    return new Ban(subject, 0, until, "");
  }

  @Test
  void bansNobodyAtFirst() {
    assertThat(table.seq()).isEqualTo(BanTable.UNKNOWN);
    assertThat(table.left(ANONYMOUS, 0)).isZero();
  }

  @Test
  void takesNoChangeBeforeItKnowsAll() {
    assertThat(table.apply(new BanChange(0, ADDRESS, 100))).isFalse();
    assertThat(table.apply(new BanChange(1, ADDRESS, 100))).isFalse();
    assertThat(table.left(ANONYMOUS, 0)).isZero();
  }

  @Test
  void tellsHowLongAnAddressOrAUserIsBanned() {
    table.replace(2, List.of(ban(ADDRESS, 100), ban(USER, 200)));

    assertThat(table.left(ANONYMOUS, 40)).isEqualTo(60);
    assertThat(table.left(ELSEWHERE, 40)).isEqualTo(160);
    assertThat(table.left(new Peer("192.0.2.1", "ada", "s-1"), 40)).isEqualTo(160);
    assertThat(table.left(NOBODY, 40)).isZero();
    assertThat(table.left(new Peer("192.0.2.9", "192.0.2.1", "s-1"), 40)).isZero();
  }

  @Test
  void endsABanByItself() {
    table.replace(1, List.of(ban(ADDRESS, 100)));

    assertThat(table.left(ANONYMOUS, 99)).isEqualTo(1);
    assertThat(table.left(ANONYMOUS, 100)).isZero();
    assertThat(table.left(ANONYMOUS, 101)).isZero();
  }

  @Test
  void takesTheChangeThatComesNext() {
    table.replace(7, List.of());

    assertThat(table.apply(new BanChange(8, ADDRESS, 100))).isTrue();
    assertThat(table.left(ANONYMOUS, 0)).isEqualTo(100);
    assertThat(table.apply(new BanChange(9, ADDRESS, 0))).isTrue();
    assertThat(table.left(ANONYMOUS, 0)).isZero();
    assertThat(table.seq()).isEqualTo(9);
  }

  @Test
  void takesNoOtherChange() {
    table.replace(7, List.of());

    for (long seq : List.of(0L, 6L, 7L, 9L)) {
      assertThat(table.apply(new BanChange(seq, ADDRESS, 100))).isFalse();
    }
    assertThat(table.left(ANONYMOUS, 0)).isZero();
    assertThat(table.seq()).isEqualTo(7);
  }

  @Test
  void saysWhenSomebodyMayBeBannedWhoWasNot() {
    int before = table.version();
    table.replace(7, List.of());
    int empty = table.version();
    table.apply(new BanChange(8, ADDRESS, 100));
    int banned = table.version();
    table.apply(new BanChange(9, ADDRESS, 0));

    assertThat(empty).isNotEqualTo(before);
    assertThat(banned).isNotEqualTo(empty);
    assertThat(table.version()).isEqualTo(banned);
  }

  @Test
  void holdsNoMoreThanItMayAndAsksForAllThen() {
    table.replace(0, List.of(ban(ADDRESS, 100), ban(USER, 100)));
    assertThat(table.apply(new BanChange(1, new BanSubject(true, "b"), 100))).isTrue();
    assertThat(table.apply(new BanChange(2, new BanSubject(true, "c"), 100))).isFalse();
    table.dropEnded(100);
    assertThat(table.apply(new BanChange(2, new BanSubject(true, "c"), 200))).isTrue();

    table.replace(
        9,
        List.of(
            ban(ADDRESS, 1),
            ban(USER, 1),
            ban(new BanSubject(true, "b"), 1),
            ban(new BanSubject(true, "c"), 1)));
    assertThat(table.left(new Peer("192.0.2.9", "c", "s"), 0)).isZero();
  }
}
