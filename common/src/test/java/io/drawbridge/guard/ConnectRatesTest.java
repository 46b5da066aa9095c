package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectRatesTest {
  private static final String ADDRESS = "192.0.2.1";

  private final ManualTime time = new ManualTime();
  private final Loop loop = new Loop();
  private final Path log;
  private final ConnectRates rates = new ConnectRates(loop.vertx, Given.node(time.time()));
  private final Edge echo = Edge.echo(Given.settings(""));
  private final Edge auth =
      Edge.auth(Given.settings("auth: { limits: { connectRate: 5/s, connectBurst: 10 } }"));

  ConnectRatesTest(@TempDir Path folder) {
    log = folder.resolve("errors.log");
    rates.join();
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private void deployGuard() throws TimeoutException {
    Settings settings =
        Given.settings(log, "auth: { limits: { connectRate: 5/s, connectBurst: 10 } }");
    loop.deployGuard(settings, time.time());
  }

  private static int takeAll(ConnectRates from, Edge edge, String address) {
    int in = 0;
    while (in < 10_000 && from.take(edge, address).isZero()) {
      in++;
    }
    return in;
  }

  /** Waits until what was let in is known to the guard: it has nothing left to lend. */
  private void awaitSettled(String limit) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> Loop.await(asked(limit, 1)).getLong("granted") == 0);
  }

  private io.vertx.core.Future<JsonObject> asked(String limit, long want) {
    return loop.vertx
        .eventBus()
        .<JsonObject>request(
            GuardBus.LIMITS,
            new JsonObject().put("limit", limit).put("key", "ip:" + ADDRESS).put("want", want))
        .map(message -> message.body());
  }

  @Test
  void letsExactlyTheBurstInThoughAllEventLoopsAskAtOnce() throws Exception {
    deployGuard();
    CountDownLatch begin = new CountDownLatch(1);
    ExecutorService loops = Executors.newFixedThreadPool(4);
    List<Future<Integer>> admitted = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      admitted.add(
          loops.submit(
              () -> {
                begin.await();
                return takeAll(rates, echo, ADDRESS);
              }));
    }

    begin.countDown();
    int in = 0;
    for (Future<Integer> each : admitted) {
      in += each.get();
    }
    loops.shutdown();

    assertThat(in).isEqualTo(100);
    assertThat(rates.take(echo, ADDRESS)).isEqualTo(Duration.ofMillis(50));
    time.advance(Duration.ofMillis(50));
    assertThat(takeAll(rates, echo, ADDRESS)).isEqualTo(1);
  }

  @Test
  void countsEachAddressAndEachEdgeForItself() throws Exception {
    deployGuard();

    assertThat(takeAll(rates, echo, ADDRESS)).isEqualTo(100);
    assertThat(takeAll(rates, auth, ADDRESS)).isEqualTo(10);
    assertThat(takeAll(rates, echo, "192.0.2.2")).isEqualTo(100);
  }

  @Test
  void tellsTheGuardWhomItHasLetIn() throws Exception {
    deployGuard();
    takeAll(rates, echo, ADDRESS);

    awaitSettled("echo.connectRate");

    assertThat(Loop.await(asked("auth.connectRate", 100)).getLong("granted")).isEqualTo(10);
  }

  @Test
  void learnsFromTheGuardWhomOtherNodesHaveLetIn() throws Exception {
    deployGuard();
    ConnectRates other = new ConnectRates(loop.vertx, Given.node(time.time()));
    takeAll(other, echo, ADDRESS);
    awaitSettled("echo.connectRate");

    assertThat(rates.take(echo, ADDRESS)).as("on account").isZero();

    await().until(() -> !rates.take(echo, ADDRESS).isZero());
    assertThat(takeAll(rates, echo, ADDRESS)).isZero();
  }

  @Test
  void paysWhatItOwesAndLetsThemInAgain() throws Exception {
    deployGuard();
    ConnectRates other = new ConnectRates(loop.vertx, Given.node(time.time()));
    takeAll(other, echo, ADDRESS);
    awaitSettled("echo.connectRate");
    rates.take(echo, ADDRESS);
    await().until(() -> !rates.take(echo, ADDRESS).isZero());

    time.advance(Duration.ofSeconds(10));

    await().until(() -> rates.take(echo, ADDRESS).isZero());
  }

  @Test
  void goesOnByItselfWhereThereIsNoGuard() {
    assertThat(takeAll(rates, echo, ADDRESS)).isEqualTo(100);
  }

  @Test
  void letsNobodyInWhereTheSettingsSaySo() throws Exception {
    Edge strict = Edge.echo(Given.settings("limits: { whenGuardSilent: refuse }"));

    await().until(() -> !rates.take(strict, ADDRESS).isZero());
    assertThat(takeAll(rates, strict, "192.0.2.2")).isZero();

    deployGuard();
    await().until(() -> rates.take(strict, ADDRESS).isZero());
  }

  @Test
  void keepsToItsShareWhileTheGuardIsSilent() throws Exception {
    List<Object> asked = new CopyOnWriteArrayList<>();
    var guard =
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(
                GuardBus.LIMITS,
                request -> {
                  asked.add(request.body());
                  request.reply(
                      new JsonObject().put("granted", request.body().getLong("want")),
                      new DeliveryOptions().addHeader(GuardBus.EDGES, "4"));
                });
    rates.take(echo, "192.0.2.9");
    await().until(() -> asked.size() == 1);
    Loop.await(guard.unregister());
    await()
        .until(
            () -> {
              rates.take(echo, "192.0.2.8");
              return rates.take(echo, "192.0.2.7").isZero() && rates.silent();
            });

    assertThat(takeAll(rates, echo, ADDRESS)).as("a tenth of a quarter of 100").isEqualTo(2);
  }

  @Test
  void forgetsWhoCameLongestAgo() {
    takeAll(rates, echo, ADDRESS);
    for (int i = 0; i < ConnectRates.MOST_ADDRESSES; i++) {
      rates.take(echo, "2001:db8::" + Integer.toHexString(i));
    }

    assertThat(rates.take(echo, ADDRESS)).isZero();
    assertThat(rates.addresses()).isEqualTo(ConnectRates.MOST_ADDRESSES);
  }

  @Test
  void countsNothingWhereTheRateIsUnlimited() {
    Edge open = Edge.echo(Given.settings("limits: { connectRate: unlimited }"));

    for (int i = 0; i < 1_000; i++) {
      assertThat(rates.take(open, ADDRESS)).isZero();
    }
    assertThat(rates.addresses()).isZero();
  }
}
