package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Role;
import io.drawbridge.edge.TestCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A whole server and the issuer whose keys it asks for, over HTTPS with an authority of their own.
 */
class IssuerKeysTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @RegisterExtension final WatchedServer server = new WatchedServer("auth,guard,ops");

  private final Vertx vertx = Vertx.vertx();
  private volatile List<SignedTokens> published = List.of();
  private volatile boolean isOut;
  private int issuerPort;

  IssuerKeysTest() throws IOException {}

  @BeforeEach
  void serve() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    HttpServer issuer =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(certificates.certificate("server")))
                            .addKeyValue(Buffer.buffer(certificates.key("server")))))
            .requestHandler(
                request -> {
                  if (isOut) {
                    request.connection().close();
                  } else {
                    request.response().end(keySet());
                  }
                });
    issuerPort = Servers.await(issuer.listen(0, "localhost").toCompletionStage()).actualPort();
    server.put("ca.pem", certificates.certificate("server"));
  }

  @AfterEach
  void stop() {
    Servers.await(vertx.close().toCompletionStage());
  }

  @Test
  void isNotReadyBeforeTheKeysCameOnce() throws Exception {
    SignedTokens key = SignedTokens.make("one");
    isOut = true;
    start();

    HttpResponse<String> without = ready();
    assertThat(without.statusCode()).isEqualTo(503);
    assertThat(keys(without).getString("status")).isEqualTo("DOWN");
    // Nobody's fault, and worth another try.
    assertThat(status(key.token(server.read()))).isEqualTo(500);
    assertThat(metrics()).contains("drawbridge_jwks_refreshes_total{outcome=\"failed\"}");

    published = List.of(key);
    isOut = false;
    await().atMost(PATIENCE).until(() -> ready().statusCode() == 200);
    assertThat(keys(ready()).getString("status")).isEqualTo("UP");
    assertThat(status(key.token(server.read()))).isEqualTo(101);
  }

  @Test
  void staysReadyWithTheLastKeysWhileTheIssuerIsOut() throws Exception {
    SignedTokens key = SignedTokens.make("one");
    published = List.of(key);
    start();
    assertThat(ready().statusCode()).isEqualTo(200);
    assertThat(keys(ready()).getJsonObject("data").getBoolean("stale")).isFalse();
    assertThat(metrics())
        .contains(
            "drawbridge_jwks_refreshes_total{outcome=\"ok\"} 1.0", "drawbridge_jwks_keys 1.0");
    assertThat(age()).isBetween(0.0, 20.0);

    isOut = true;
    assertThat(status(SignedTokens.make("two").token(server.read())))
        .as("may be good: nobody knows")
        .isEqualTo(500);

    assertThat(ready().statusCode()).isEqualTo(200);
    assertThat(keys(ready()).getJsonObject("data").getBoolean("stale")).isTrue();
    assertThat(metrics()).contains("drawbridge_jwks_refreshes_total{outcome=\"failed\"} 1.0");
    assertThat(status(key.token(server.read()))).isEqualTo(101);
  }

  @Test
  void keysAreRotatedUnderLoadAndNoGoodTokenIsRefused() throws Exception {
    SignedTokens before = SignedTokens.make("one");
    SignedTokens after = SignedTokens.make("two");
    published = List.of(before);
    start();
    String old = before.token(server.read());
    TokenLoad load = new TokenLoad(server.port(Role.AUTH), old);

    published = List.of(before, after);
    load.use(after.token(server.read()));
    assertThat(status(old)).isEqualTo(101);

    load.end();
    assertThat(metrics()).contains("drawbridge_jwks_keys 2.0");
    assertThat(metrics()).contains("kind=\"INVALID_TOKEN\"} 0.0");
  }

  @Test
  void anIssuerThatSomebodyElseVouchesForIsNotBelieved() throws Exception {
    SignedTokens key = SignedTokens.make("one");
    published = List.of(key);
    server.put("ca.pem", TestCertificates.shared().certificate("other"));
    start();

    assertThat(ready().statusCode()).isEqualTo(503);
    assertThat(status(key.token(server.read()))).isEqualTo(500);
  }

  private void start() throws IOException {
    server.start(
        "auth: {jwks: 'https://localhost:%d/keys', jwksCa: '%s', algorithms: [ES256]}"
            .formatted(issuerPort, server.file("ca.pem")));
  }

  private String keySet() {
    JsonArray keys = new JsonArray();
    published.forEach(key -> keys.add(key.jwk()));
    return new JsonObject().put("keys", keys).encode();
  }

  private int status(String token) {
    return TokenLoad.status(server.port(Role.AUTH), token);
  }

  private HttpResponse<String> ready() {
    return Servers.get(server.port(Role.OPS), "/readyz");
  }

  private static JsonObject keys(HttpResponse<String> answer) {
    return new JsonObject(answer.body())
        .getJsonArray("checks").stream()
            .map(JsonObject.class::cast)
            .filter(check -> check.getString("id").equals("keys"))
            .findFirst()
            .orElseThrow();
  }

  private String metrics() {
    return Servers.get(server.port(Role.OPS), "/metrics").body();
  }

  private double age() {
    return metrics()
        .lines()
        .filter(line -> line.startsWith("drawbridge_jwks_age_seconds "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
