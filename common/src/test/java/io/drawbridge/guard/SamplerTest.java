package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.Sampler.Subject;
import io.drawbridge.guard.Sampler.Suppressed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final String PEER = "192.0.2.1";

  private final ManualTime time = new ManualTime();
  private final Sampler sampler = new Sampler(2, 3);

  private boolean admits(String kind, String peer) {
    return sampler.admits(kind, peer, time.nanos());
  }

  private static Suppressed suppressed(String kind, String peer, long count) {
    return new Suppressed(new Subject(kind, peer), count);
  }

  @Test
  void admitsSoManyFullLinesAndCountsTheRest() {
    assertThat(admits("A", PEER)).isTrue();
    assertThat(admits("A", PEER)).isTrue();
    assertThat(admits("A", PEER)).isFalse();
    assertThat(admits("A", PEER)).isFalse();

    assertThat(sampler.endAll()).containsExactly(suppressed("A", PEER, 2));
  }

  @Test
  void tellsKindsAndPeersApart() {
    admits("A", PEER);
    admits("A", PEER);

    assertThat(admits("B", PEER)).isTrue();
    assertThat(admits("A", "192.0.2.2")).isTrue();
    assertThat(admits("A", PEER)).isFalse();
  }

  @Test
  void startsAfreshAfterAMinute() {
    admits("A", PEER);
    admits("A", PEER);
    admits("A", PEER);

    assertThat(sampler.ended(time.nanos())).isEmpty();
    time.advance(Duration.ofSeconds(60).minusNanos(1));
    assertThat(sampler.ended(time.nanos())).isEmpty();
    assertThat(admits("A", PEER)).isFalse();

    time.advanceNanos(1);
    assertThat(sampler.ended(time.nanos())).containsExactly(suppressed("A", PEER, 2));
    assertThat(admits("A", PEER)).isTrue();
  }

  @Test
  void tellsOfEachCountOnce() {
    admits("A", PEER);
    admits("A", PEER);
    admits("A", PEER);

    assertThat(sampler.endAll()).hasSize(1);
    assertThat(sampler.endAll()).isEmpty();
  }

  @Test
  void saysNothingOfAWindowThatLeftNothingOut() {
    admits("A", PEER);
    admits("A", PEER);

    assertThat(sampler.endAll()).isEmpty();
  }

  @Test
  void endsOnlyTheWindowsThatAreOver() {
    sampler.left(new Subject("A", PEER), 1, time.nanos());
    time.advance(Duration.ofSeconds(30));
    sampler.left(new Subject("B", PEER), 1, time.nanos());
    time.advance(Duration.ofSeconds(30));

    assertThat(sampler.ended(time.nanos())).containsExactly(suppressed("A", PEER, 1));
    assertThat(sampler.endAll()).containsExactly(suppressed("B", PEER, 1));
  }

  @Test
  void countsWhatCouldNotBeKeptThoughItWasAdmitted() {
    assertThat(admits("A", PEER)).isTrue();
    sampler.left(new Subject("A", PEER), 1, time.nanos());

    assertThat(sampler.endAll()).containsExactly(suppressed("A", PEER, 1));
  }

  @Test
  void countsPeersTogetherWhenThereAreTooMany() {
    for (int peer = 1; peer <= 7; peer++) {
      sampler.left(new Subject("A", "192.0.2." + peer), 1, time.nanos());
    }

    assertThat(sampler.endAll())
        .containsExactlyInAnyOrder(
            suppressed("A", "192.0.2.1", 1),
            suppressed("A", "192.0.2.2", 1),
            suppressed("A", "192.0.2.3", 1),
            suppressed("A", Sampler.MANY, 4));
  }

  @Test
  void admitsFullLinesOfManyPeersTogetherToo() {
    for (int peer = 1; peer <= 3; peer++) {
      assertThat(admits("A", "192.0.2." + peer)).isTrue();
    }

    assertThat(admits("A", "192.0.2.4")).isTrue();
    assertThat(admits("A", "192.0.2.5")).isTrue();
    assertThat(admits("A", "192.0.2.6")).isFalse();
    // Those that are told apart keep what is theirs.
    assertThat(admits("A", "192.0.2.1")).isTrue();
  }

  @Test
  void tellsPeersApartAgainOnceThereIsRoom() {
    for (int peer = 1; peer <= 4; peer++) {
      sampler.left(new Subject("A", "192.0.2." + peer), 1, time.nanos());
    }
    time.advance(Sampler.WINDOW);
    assertThat(sampler.ended(time.nanos())).hasSize(4);

    sampler.left(new Subject("A", "192.0.2.4"), 1, time.nanos());
    assertThat(sampler.endAll()).containsExactly(suppressed("A", "192.0.2.4", 1));
  }

  @Test
  void admitsAllWhereLinesAreUnlimited() {
    Sampler all = new Sampler(Integer.MAX_VALUE, 3);
    for (int i = 0; i < 10_000; i++) {
      assertThat(all.admits("A", PEER, time.nanos())).isTrue();
    }

    assertThat(all.endAll()).isEmpty();
  }

  @Test
  void countsEachOnceThoughSeveralEventLoopsShareIt() throws Exception {
    Sampler shared = new Sampler(100, 10);
    int each = 20_000;
    AtomicLong admitted = new AtomicLong();
    ExecutorService loops = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int loop = 0; loop < 4; loop++) {
        running.add(
            loops.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    if (shared.admits("A", PEER, time.nanos())) {
                      admitted.incrementAndGet();
                    }
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      loops.shutdown();
    }

    assertThat(admitted).hasValue(100);
    assertThat(shared.endAll()).containsExactly(suppressed("A", PEER, 4L * each - 100));
  }
}
