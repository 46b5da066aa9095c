package io.drawbridge.deploy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpsVerticleTest {
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  @TempDir private Path folder = Path.of("");

  @AfterEach
  void close() {
    Servers.await(vertx.close().toCompletionStage());
  }

  @Test
  void isAliveAsSoonAsItListens() {
    HttpResponse<String> answer = Servers.get(deployed().port(), "/livez");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject().put("status", "UP"));
  }

  @Test
  void isReadyOnceAGuardAnswers() {
    int port = deployed().port();

    HttpResponse<String> without = Servers.get(port, "/readyz");
    assertThat(without.statusCode()).isEqualTo(503);
    assertThat(failing(without)).containsExactly("guard");

    startGuard();
    HttpResponse<String> with = Servers.get(port, "/readyz");
    assertThat(with.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(with.body()).getString("status")).isEqualTo("UP");
    assertThat(failing(with)).isEmpty();
  }

  @Test
  void isNotReadyWhileTheErrorLogCantBeWritten() throws IOException {
    Path log = Files.createDirectories(TestSettings.log(folder));
    startGuard();
    int port = deployed().port();

    HttpResponse<String> answer = Servers.get(port, "/readyz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(failing(answer)).containsExactly("errorLog");

    Files.delete(log);
    assertThat(Servers.get(port, "/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void isNotReadyWhileItDrains() {
    startGuard();
    OpsVerticle ops = deployed();

    ops.drain();

    await()
        .untilAsserted(
            () -> assertThat(failing(Servers.get(ops.port(), "/readyz"))).contains("draining"));
    assertThat(Servers.get(ops.port(), "/readyz").statusCode()).isEqualTo(503);
    assertThat(Servers.get(ops.port(), "/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void tellsItsMetersAsPrometheusReadsThem() {
    meters.counter("drawbridge.things", "kind", "odd").increment();

    HttpResponse<String> answer = Servers.get(deployed().port(), "/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(answer.body())
        .contains("# TYPE drawbridge_things_total counter")
        .contains("drawbridge_things_total{kind=\"odd\"} 1.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/metrics", "/nowhere"})
  void wantsTheTokenForEachPageWhereOneIsSet(String path) {
    int port = deployed("ops.token", "let me in").port();

    HttpResponse<String> without = Servers.get(port, path);
    assertThat(without.statusCode()).isEqualTo(401);
    assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(Servers.get(port, path, "Authorization", "Bearer let me out").statusCode())
        .isEqualTo(401);
    assertThat(Servers.get(port, path, "Authorization", "Basic let me in").statusCode())
        .isEqualTo(401);
  }

  @Test
  void letsTheBearerOfTheTokenIn() {
    int port = deployed("ops.token", "let me in").port();

    assertThat(Servers.get(port, "/livez", "Authorization", "Bearer let me in").statusCode())
        .isEqualTo(200);
    assertThat(Servers.get(port, "/metrics", "Authorization", "bearer let me in").statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/livez/more", "/metricss", "/api/bans", "/../etc/passwd"})
  void hasNoOtherPages(String path) {
    HttpResponse<String> answer = Servers.get(deployed().port(), path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("There is no such page\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void isOnlyToBeRead(String method) {
    HttpResponse<String> answer = Servers.request(method, deployed().port(), "/metrics");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/metrics"})
  void tellsTheHeadAloneToWhoAsksForIt(String path) {
    startGuard();

    HttpResponse<String> answer = Servers.request("HEAD", deployed().port(), path);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  private OpsVerticle deployed(String... changes) {
    OpsVerticle ops = new OpsVerticle(TestSettings.of(folder, changes).ops(), meters);
    Servers.await(vertx.deployVerticle(ops).toCompletionStage());
    return ops;
  }

  private void startGuard() {
    Settings settings = TestSettings.of(folder);
    Node node = new Node("node-1", Time.system(), meters);
    Servers.await(vertx.deployVerticle(new GuardVerticle(settings, node)).toCompletionStage());
  }

  private static List<String> failing(HttpResponse<String> answer) {
    return new JsonObject(answer.body())
        .getJsonArray("checks").stream()
            .map(JsonObject.class::cast)
            .filter(check -> check.getString("status").equals("DOWN"))
            .map(check -> check.getString("id"))
            .toList();
  }
}
