package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.admission.Capacity;
import io.drawbridge.config.Settings;
import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What one address may send is one limit, however many edges it comes to")
final class SharedLimitTest {
  /** The default of limits.keyMessages. */
  private static final int PER_SECOND = 200;

  @TempDir private Path folder = Path.of("");

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(5).setPreferNativeTransport(true));

  @AfterEach
  void close() {
    done(vertx.close());
  }

  private static <T> T done(Future<T> future) {
    return Servers.await(future.toCompletionStage());
  }

  private <V extends VerticleBase> V deployed(V verticle) {
    done(vertx.deployVerticle(verticle));
    return verticle;
  }

  private static Gateway gateway(Vertx vertx, Settings settings, String name) {
    Node node = new Node(name, Time.system(), new SimpleMeterRegistry());
    return new Gateway(settings, node, new Capacity(), new ConnectRates(vertx, node));
  }

  private static double throttled(Gateway gateway) {
    return gateway.node().meters().get("drawbridge.throttled").counter().count();
  }

  @Test
  @DisplayName("four nodes, a flood over four connections: one address's worth at every moment")
  void holdsAFloodOfFourNodesToOneLimit() {
    Settings settings = TestSettings.of(folder, "echo.prefix", "", "roles", "echo,guard");
    List<Gateway> nodes =
        Stream.of("a", "b", "c", "d").map(name -> gateway(vertx, settings, name)).toList();
    deployed(new GuardVerticle(settings, nodes.get(0).node()));
    // In one Vert.x they share a port, and get the connections in turn.
    List<EchoVerticle> edges =
        nodes.stream().map(gateway -> deployed(new EchoVerticle(gateway))).toList();

    try (Flood flood = new Flood("127.0.0.1", edges.get(0).port(), 4)) {
      await().until(() -> flood.time().compareTo(Duration.ofSeconds(4)) > 0);

      flood.expectHeldTo(PER_SECOND);
      assertThat(flood.offered()).isGreaterThan(10 * PER_SECOND * flood.time().toSeconds());
      // Each had a part in it, whatever it got: the permits go to who asks first.
      assertThat(nodes).allSatisfy(node -> assertThat(throttled(node)).isPositive());
    }
  }
}
