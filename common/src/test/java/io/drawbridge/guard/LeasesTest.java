package io.drawbridge.guard;

import static io.drawbridge.guard.Lease.Answer.ASKED;
import static io.drawbridge.guard.Lease.Answer.EXHAUSTED;
import static io.drawbridge.guard.Lease.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeasesTest {
  private static final String LIMITS =
      "limits: { keyMessages: 100/s, whenGuardSilent: share }\n"
          + "auth: { limits: { whenGuardSilent: refuse } }";

  private final ManualTime time = new ManualTime();
  private final Loop loop = new Loop();
  private final Settings settings;
  private final Leases leases;

  LeasesTest(@TempDir Path folder) {
    settings = Given.settings(folder.resolve("errors.log"), LIMITS);
    leases = new Leases(loop.vertx, "edge-1", Edge.echo(settings), Given.node(time.time()));
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private void deployGuard() throws TimeoutException {
    loop.deployGuard(settings, time.time());
  }

  private Lease open(Leases from, String key) throws TimeoutException {
    return loop.call(() -> from.open(key));
  }

  private Lease.Answer take(Lease lease) throws TimeoutException {
    return loop.call(() -> lease.take(time.nanos()));
  }

  private int takeWhileGranted(Lease lease) throws TimeoutException {
    return loop.call(
        () -> {
          int granted = 0;
          while (granted < 10_000 && lease.take(time.nanos()) == GRANTED) {
            granted++;
          }
          return granted;
        });
  }

  private boolean isSilent(Leases from) throws TimeoutException {
    return loop.call(from::silent);
  }

  /** Permits for one key, as many as there are. */
  private int takeAllThereAre(Lease lease) {
    AtomicInteger granted = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              Lease.Answer answer = take(lease);
              while (answer == GRANTED) {
                granted.incrementAndGet();
                answer = take(lease);
              }
              return answer == EXHAUSTED;
            });
    return granted.get();
  }

  @Test
  void lendPermitsBeforeTheFirstMessage() throws Exception {
    deployGuard();
    Lease lease = open(leases, "ada");

    await().until(() -> take(lease) == GRANTED);
    assertThat(isSilent(leases)).isFalse();
  }

  @Test
  void lendABurstAndNoMoreToOneKey() throws Exception {
    deployGuard();

    assertThat(takeAllThereAre(open(leases, "ada"))).isEqualTo(100);
    assertThat(takeAllThereAre(open(leases, "bob"))).isEqualTo(100);
  }

  @Test
  void lendNoMoreToTwoEdgesThanToOne() throws Exception {
    deployGuard();
    Leases other = new Leases(loop.vertx, "edge-2", Edge.echo(settings), Given.node(time.time()));

    int here = takeAllThereAre(open(leases, "ada"));
    int there = takeAllThereAre(open(other, "ada"));

    assertThat(here + there).isEqualTo(100);
    assertThat(loop.call(other::edges)).isEqualTo(2);
  }

  @Test
  void lendAgainWhenTheTimeHasCome() throws Exception {
    deployGuard();
    Lease lease = open(leases, "ada");
    takeAllThereAre(lease);

    time.advance(Duration.ofMillis(200));

    await().until(() -> take(lease) == GRANTED);
  }

  @Test
  void areSharedByAllConnectionsOfOneKey() throws Exception {
    Lease one = open(leases, "ada");
    Lease two = open(leases, "ada");
    Lease other = open(leases, "bob");

    assertThat(two).isSameAs(one);
    assertThat(other).isNotSameAs(one);
    loop.run(() -> leases.close(one));
    assertThat(open(leases, "ada")).isSameAs(one);
  }

  @Test
  void areForgottenWithTheLastConnectionOfTheirKey() throws Exception {
    Lease one = open(leases, "ada");
    open(leases, "ada");
    loop.run(() -> leases.close(one));
    loop.run(() -> leases.close(one));

    assertThat(open(leases, "ada")).isNotSameAs(one);
  }

  @Test
  void callBackTheConnectionsThatWait() throws Exception {
    List<String> called = Collections.synchronizedList(new ArrayList<>());
    deployGuard();

    loop.run(() -> leases.open("ada").await(() -> called.add("ada")));

    await().until(() -> called.equals(List.of("ada")));
  }

  @Test
  void noticeThatThereIsNoGuardAndSpendTheirShare() throws Exception {
    Lease lease = open(leases, "ada");

    await().until(() -> isSilent(leases));
    assertThat(takeWhileGranted(lease)).isEqualTo(10);
    assertThat(take(lease)).isEqualTo(EXHAUSTED);
  }

  @Test
  void letNothingThroughWithoutAGuardWhereTheyAreToRefuse() throws Exception {
    Leases strict = new Leases(loop.vertx, "edge-2", Edge.auth(settings), Given.node(time.time()));
    Lease lease = open(strict, "ada");

    await().until(() -> isSilent(strict));
    assertThat(take(lease)).isEqualTo(EXHAUSTED);
  }

  @Test
  void noticeAGuardThatSaysNothing() throws Exception {
    List<Message<JsonObject>> asked = Collections.synchronizedList(new ArrayList<>());
    Loop.await(
        loop.vertx.eventBus().<JsonObject>consumer(GuardBus.LIMITS, asked::add).completion());
    Lease lease = open(leases, "ada");

    await().until(() -> isSilent(leases));
    assertThat(take(lease)).isEqualTo(GRANTED);
    assertThat(asked).hasSize(1);
    assertThat(asked.get(0).headers().get(GuardBus.EDGE)).isEqualTo("edge-1");
    assertThat(asked.get(0).body().getString("key")).isEqualTo("ada");
  }

  private static void elsewhere(Message<JsonObject> request) {
    request.reply(
        new JsonObject().put("granted", 0).put("retryAfterMs", 20),
        new DeliveryOptions().addHeader(GuardBus.ELSEWHERE, "true"));
  }

  @Test
  void waitForAGuardThatIsAboutToLend() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Loop.await(
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(
                GuardBus.LIMITS,
                request -> {
                  if (asked.incrementAndGet() > 5) {
                    request.reply(new JsonObject().put("granted", 7).put("ttlMs", 1_000));
                  } else {
                    elsewhere(request);
                  }
                })
            .completion());
    Lease lease = open(leases, "ada");
    List<Lease.Answer> answers = new ArrayList<>();

    await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              answers.add(take(lease));
              return answers.contains(GRANTED);
            });

    assertThat(answers).doesNotContain(EXHAUSTED);
    assertThat(asked).hasValueGreaterThan(5);
  }

  @Test
  void waitNotForeverForAGuardThatIsAboutToLend() throws Exception {
    Loop.await(
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(GuardBus.LIMITS, LeasesTest::elsewhere)
            .completion());
    Lease lease = open(leases, "ada");
    await().until(() -> take(lease) == ASKED);

    time.advance(Duration.ofSeconds(2));

    await().until(() -> take(lease) == EXHAUSTED);
  }

  @Test
  void returnToTheGuardWhenItIsThere() throws Exception {
    Lease lease = open(leases, "ada");
    await().until(() -> isSilent(leases));
    takeWhileGranted(lease);

    deployGuard();
    time.advance(Duration.ofMillis(300));

    await()
        .until(
            () -> {
              take(lease);
              return !isSilent(leases);
            });
    assertThat(takeAllThereAre(lease)).isBetween(90, 100);
  }
}
