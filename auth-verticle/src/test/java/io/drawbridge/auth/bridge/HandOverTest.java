package io.drawbridge.auth.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HandOverTest {
  private static final int MOST = 100;

  private static String envelope(String body) {
    return new JsonObject().put("type", "rec").put("body", body).encode();
  }

  private static Backlog heard(int most, String... bodies) {
    Backlog backlog = new Backlog(most, 1 << 20, new AtomicLong());
    for (String each : bodies) {
      backlog.add(envelope(each));
    }
    return backlog;
  }

  /** All that the old one keeps. */
  private static HandOver of(Backlog there, long mark) {
    HandOver.Head head = new HandOver.Head(there.last(), mark, 0, List.of("r"), List.of("news"));
    return new HandOver(head, there.after(0).envelopes());
  }

  private static List<String> told(Backlog backlog) {
    return backlog.after(0).envelopes().stream()
        .map(each -> new JsonObject(new String(each, UTF_8)))
        .map(each -> each.getLong("seq") + each.getString("body"))
        .toList();
  }

  @Test
  void whatBothHaveHeardIsTakenOnce() {
    Backlog here = heard(MOST, "b2", "a2", "a3", "b3");

    boolean complete = of(heard(MOST, "a1", "b1", "a2", "b2"), 1).goOn(here);

    assertThat(complete).isTrue();
    assertThat(told(here)).containsExactly("1a1", "2b1", "3a2", "4b2", "5a3", "6b3");
    assertThat(here.last()).isEqualTo(6);
  }

  @Test
  void whatCameBeforeTheMarkWasNotHeardHere() {
    Backlog here = heard(MOST, "tick");

    of(heard(MOST, "tick", "tick"), 2).goOn(here);

    assertThat(told(here)).containsExactly("1tick", "2tick", "3tick");
  }

  @Test
  void whatIsPublishedTwiceIsHeardTwice() {
    Backlog here = heard(MOST, "tick", "tick", "tick");

    of(heard(MOST, "tick", "tick"), 0).goOn(here);

    assertThat(told(here)).containsExactly("1tick", "2tick", "3tick");
  }

  @Test
  void numbersGoOnBehindThoseThatAreLost() {
    Backlog here = heard(MOST, "e");

    assertThat(of(heard(2, "a", "b", "c", "d"), 4).goOn(here)).isTrue();

    assertThat(told(here)).containsExactly("3c", "4d", "5e");
    assertThat(here.after(1).lost()).isEqualTo(1);
  }

  @Test
  void nobodyKnowsWhatIsLostWhereTheOldOneLostWhatBothMayHaveHeard() {
    Backlog here = heard(MOST, "b", "c", "d", "e");

    assertThat(of(heard(2, "a", "b", "c", "d"), 1).goOn(here)).isFalse();

    // Whether b came to both can't be seen any more, nor whether it came before c.
    assertThat(told(here)).containsExactly("3c", "4d");
  }

  @Test
  void nobodyKnowsWhatIsLostWhereTheNewOneLostAny() {
    Backlog here = heard(2, "b", "c", "d");

    assertThat(of(heard(MOST, "a", "b"), 1).goOn(here)).isFalse();

    assertThat(told(here)).containsExactly("3c", "4d").doesNotContain("2b");
  }

  @Test
  void travelsInPages() {
    String[] bodies =
        IntStream.range(0, 60).mapToObj(i -> i + "x".repeat(10_000)).toArray(String[]::new);
    HandOver sent = of(heard(MOST, bodies), 7);

    List<JsonObject> pages = sent.pages();

    assertThat(pages).hasSizeBetween(3, 4);
    List<JsonObject> before = new ArrayList<>(pages);
    JsonObject last = before.remove(before.size() - 1);
    assertThat(before).allMatch(HandOver::hasMore);
    assertThat(HandOver.hasMore(last)).isFalse();
    HandOver received = HandOver.of(pages);
    assertThat(received.head()).isEqualTo(sent.head());
    assertThat(received.envelopes())
        .usingElementComparator(java.util.Arrays::compare)
        .isEqualTo(sent.envelopes());
  }

  @Test
  void isOnePageWhereNothingIsKept() {
    List<JsonObject> pages = of(heard(MOST), 0).pages();

    assertThat(pages).hasSize(1);
    assertThat(HandOver.of(pages).envelopes()).isEmpty();
  }
}
