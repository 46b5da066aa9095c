package io.drawbridge.admission;

import static io.drawbridge.admission.Handshakes.valid;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.ManualTime;
import io.drawbridge.guard.Node;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectRateCheckTest {
  private final Vertx vertx = Vertx.vertx();
  private final ManualTime time = new ManualTime();
  private final Check check =
      new ConnectRateCheck(
          new ConnectRates(vertx, new Node("node-1", time.time(), new SimpleMeterRegistry())),
          CapacityTest.edge("limits: { connectRate: 1/m, connectBurst: 2 }"));

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void refusesUntilTheNextMayCome() {
    assertThat(check.check(valid().handshake())).isEqualTo(Verdict.ADMITTED);
    assertThat(check.check(valid().handshake())).isEqualTo(Verdict.ADMITTED);

    assertThat(check.check(valid().handshake()))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.CONNECTION_RATE,
                429,
                "Too many new connections",
                Map.of(),
                Duration.ofMinutes(1)));
    assertThat(check.check(valid().from("192.0.2.2").handshake())).isEqualTo(Verdict.ADMITTED);
    time.advance(Duration.ofMinutes(1));
    assertThat(check.check(valid().handshake())).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void blamesNobodyForASilentGuard() {
    Check strict =
        new ConnectRateCheck(
            new ConnectRates(vertx, new Node("node-1", time.time(), new SimpleMeterRegistry())),
            CapacityTest.edge("limits: { whenGuardSilent: refuse }"));

    await().until(() -> strict.check(valid().handshake()) instanceof Verdict.Refused);
    assertThat(strict.check(valid().handshake()))
        .isInstanceOfSatisfying(
            Verdict.Refused.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(ErrorKind.INTERNAL_ERROR);
              assertThat(refused.status()).isEqualTo(500);
              assertThat(refused.retryAfter()).isPositive();
            });
  }
}
