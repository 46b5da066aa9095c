package io.drawbridge.auth.token;

import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.auth.Tokens;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PfxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The keys of an issuer, over HTTPS")
final class JwksVerticleTest {
  private static final KeyPair OLD = Tokens.pairFor("RS256");
  private static final KeyPair NEW = Tokens.pairFor("RS256");

  private static final String PASSWORD = "password";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  static Path folder;

  private static Path store = Path.of("");
  private static Path certificate = Path.of("");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicInteger fetches = new AtomicInteger();

  /** Nanoseconds that the clock is ahead of the machine's. */
  private final AtomicLong ahead = new AtomicLong();

  private volatile Consumer<HttpServerRequest> answer = request -> {};
  private HttpServer issuer;
  private KeyRing ring;
  private TokenVerifier verifier;

  @SuppressWarnings("NullAway.Init") // set by serve() and start()
  JwksVerticleTest() {}

  /** A certificate for localhost that is its own authority. */
  @BeforeAll
  static void makeCertificate() throws Exception {
    store = folder.resolve("store.p12");
    certificate = folder.resolve("certificate.pem");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String[] key = {
      "-genkeypair",
      "-alias",
      "a",
      "-keyalg",
      "EC",
      "-groupname",
      "secp256r1",
      "-dname",
      "CN=localhost",
      "-ext",
      "san=dns:localhost",
      "-validity",
      "1"
    };
    String[] export = {"-exportcert", "-rfc", "-alias", "a", "-file", certificate.toString()};
    for (String[] what : new String[][] {key, export}) {
      List<String> command = new ArrayList<>(List.of(keytool));
      command.addAll(List.of(what));
      command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(told).isZero();
    }
  }

  @AfterEach
  void stop() {
    done(vertx.close());
  }

  private void serve(boolean tls) {
    HttpServerOptions options = new HttpServerOptions();
    if (tls) {
      options
          .setSsl(true)
          .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword(PASSWORD));
    }
    issuer =
        done(
            vertx
                .createHttpServer(options)
                .requestHandler(
                    request -> {
                      fetches.incrementAndGet();
                      answer.accept(request);
                    })
                .listen(0, "localhost"));
  }

  private static void publish(HttpServerRequest request, JsonObject document) {
    request.response().putHeader("Content-Type", "application/json").end(document.encode());
  }

  private static JsonObject named(KeyPair pair, String id) {
    return Jwks.of(pair).put("kid", id).put("alg", "RS256").put("use", "sig");
  }

  private String url(String path) {
    return "https://localhost:" + issuer.actualPort() + path;
  }

  private void start(String auth) {
    AuthSettings settings = TokenVerifierTest.settings("algorithms: [RS256, HS256], " + auth);
    Time machine = Time.system();
    Time time = new Time(machine.wall(), () -> machine.nanos() + ahead.get());
    ring = KeyRing.of(settings, null);
    verifier = new TokenVerifier(vertx, settings, ring, machine.wall());
    done(vertx.deployVerticle(new JwksVerticle(settings, ring, new Node("n", time, meters))));
  }

  private void startHttps() {
    start("jwks: '" + url("/keys") + "', jwksCa: '" + certificate + "'");
  }

  private TokenVerdict verify(String token) throws Exception {
    return verifier
        .verify(token)
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private TokenVerdict verify(KeyPair pair, String id) throws Exception {
    return verify(token(pair, id));
  }

  /** Looks often: who waits for the issuer does so for two seconds. */
  private static ConditionFactory soon(String what) {
    return await(what).pollInterval(Duration.ofMillis(5));
  }

  private static String token(KeyPair pair, String id) {
    return Tokens.good().algorithm("RS256", pair, id).text();
  }

  private double refreshes(String outcome) {
    return meters.find("drawbridge.jwks.refreshes").tags("outcome", outcome).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void areBelievedOnceTheyWereFetched() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();

    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(NEW, "old")).isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(ring.isComplete()).isTrue();
    assertThat(refreshes("ok")).isEqualTo(1);
    assertThat(meters.get("drawbridge.jwks.keys").gauge().value()).isEqualTo(1);
    assertThat(meters.get("drawbridge.jwks.age").gauge().value()).isBetween(0.0, 20.0);
  }

  @Test
  @DisplayName("a set that holds a secret is not believed: who can read it could sign")
  void areNeverSecrets() throws Exception {
    serve(true);
    byte[] secret = "published for all the world to read".getBytes(StandardCharsets.UTF_8);
    JsonObject symmetric =
        new JsonObject().put("kty", "oct").put("alg", "HS256").put("k", Jwks.base64(secret));
    answer = request -> publish(request, Jwks.set(named(OLD, "old"), symmetric));
    startHttps();

    assertThat(verify(Tokens.good().secret(secret).text()))
        .isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Valid.class);
  }

  @Test
  void areFetchedAnewForAnUnknownKeyAndOldOnesGo() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Valid.class);
    String kept = token(OLD, "old");
    assertThat(verify(kept)).isInstanceOf(TokenVerdict.Valid.class);

    answer = request -> publish(request, Jwks.set(named(NEW, "new")));

    assertThat(verify(NEW, "new")).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(kept)).as("its key is gone").isInstanceOf(TokenVerdict.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("a token that names no key may be signed with a new one")
  void areFetchedAnewForATokenWithoutAName(boolean named) throws Exception {
    serve(true);
    JsonObject old = named ? named(OLD, "old") : Jwks.of(OLD);
    answer = request -> publish(request, Jwks.set(old));
    startHttps();
    assertThat(verify(Tokens.good().algorithm("RS256", OLD).text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    assertThat(fetches).hasValue(1);

    answer = request -> publish(request, Jwks.set(old, named ? named(NEW, "new") : Jwks.of(NEW)));
    assertThat(verify(Tokens.good().algorithm("RS256", NEW).text()))
        .isInstanceOf(TokenVerdict.Valid.class);
    KeyPair unknown = Tokens.pairFor("RS256");
    for (int i = 0; i < 20; i++) {
      Tokens junk = Tokens.good().with("jti", "\"" + i + '"');
      assertThat(verify(junk.algorithm("RS256", unknown).text()))
          .isInstanceOf(TokenVerdict.Invalid.class);
    }
    assertThat(fetches).hasValue(1 + JwksVerticle.AT_ONCE);

    ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
    assertThat(verify(Tokens.good().algorithm("RS256", unknown).text()))
        .isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(fetches).hasValue(2 + JwksVerticle.AT_ONCE);
  }

  @Test
  void areNotHammeredByUnknownKeys() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    int before = fetches.get();

    for (int i = 0; i < 50; i++) {
      assertThat(verify(NEW, "unknown" + i)).isInstanceOf(TokenVerdict.Invalid.class);
    }

    assertThat(fetches.get() - before).isEqualTo(JwksVerticle.AT_ONCE);

    ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
    assertThat(verify(NEW, "another")).isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(fetches.get() - before).isEqualTo(JwksVerticle.AT_ONCE + 1);
  }

  @Test
  void stayWhileTheIssuerIsOut() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    answer = request -> request.response().setStatusCode(503).end();

    assertThat(verify(NEW, "new")).isInstanceOf(TokenVerdict.Undecided.class);
    assertThat(verify(NEW, "new")).as("asked again").isInstanceOf(TokenVerdict.Undecided.class);

    assertThat(ring.isStale()).isTrue();
    assertThat(ring.isComplete()).isTrue();
    assertThat(refreshes("failed")).isEqualTo(2);
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Valid.class);

    answer = request -> publish(request, Jwks.set(named(NEW, "new")));
    ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
    assertThat(verify(NEW, "new")).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(ring.isStale()).isFalse();
  }

  @Test
  @DisplayName("as long as they never came, a token is neither good nor bad, and start succeeds")
  void areWaitedForAtTheStart() throws Exception {
    serve(true);
    answer = request -> request.response().setStatusCode(500).end();
    startHttps();

    assertThat(ring.isComplete()).isFalse();
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Undecided.class);
    assertThat(verify(Tokens.good().text())).isInstanceOf(TokenVerdict.Invalid.class);

    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(ring.isComplete()).isTrue();
  }

  @Test
  void areNotTakenFromAServerThatNobodyVouchesFor() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    start("jwks: '" + url("/keys") + "'");

    assertThat(fetches).hasValue(0);
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Undecided.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"redirect", "huge", "not JSON", "no keys", "no usable key", "cut"})
  void areNotTakenFromAnAnswerThatIsNone(String kind) throws Exception {
    serve(true);
    answer = request -> spoil(request, kind);
    startHttps();

    assertThat(ring.isComplete()).isFalse();
    assertThat(refreshes("failed")).isEqualTo(1);
    assertThat(fetches).hasValue(1);
  }

  private void spoil(HttpServerRequest request, String kind) {
    switch (kind) {
      case "redirect" ->
          request.response().setStatusCode(302).putHeader("Location", url("/other")).end();
      case "huge" -> request.response().end(" ".repeat((1 << 20) + 1));
      case "not JSON" -> request.response().end("<html>");
      case "no keys" -> publish(request, new JsonObject());
      case "no usable key" -> publish(request, Jwks.set(named(OLD, "old").put("use", "enc")));
      default -> request.connection().close();
    }
  }

  @Test
  void areFoundFromTheNameOfTheIssuer() throws Exception {
    serve(true);
    String name = url("/realm");
    JsonObject document = new JsonObject().put("issuer", name).put("jwks_uri", url("/realm/certs"));
    answer =
        request ->
            publish(
                request,
                Map.of("/realm/.well-known/openid-configuration", document)
                    .getOrDefault(request.path(), Jwks.set(named(OLD, "old"))));
    start("discovery: true, issuer: '" + name + "', jwksCa: '" + certificate + "'");

    String token =
        Tokens.good().with("iss", '"' + name + '"').algorithm("RS256", OLD, "old").text();
    assertThat(verify(token)).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(OLD, "old")).isInstanceOf(TokenVerdict.Invalid.class);
    assertThat(fetches).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://other.example", ""})
  void areNotTakenFromADocumentOfAnotherIssuer(String other) {
    serve(true);
    answer =
        request ->
            publish(request, new JsonObject().put("issuer", other).put("jwks_uri", url("/certs")));
    start("discovery: true, issuer: '" + url("") + "', jwksCa: '" + certificate + "'");

    assertThat(ring.isComplete()).isFalse();
    assertThat(fetches).hasValue(1);
  }

  @Test
  void areNotFetchedWithoutTlsFromWhereADocumentPoints() {
    serve(true);
    String name = url("");
    answer =
        request ->
            publish(
                request,
                new JsonObject().put("issuer", name).put("jwks_uri", "http://keys.example/certs"));
    start("discovery: true, issuer: '" + name + "', jwksCa: '" + certificate + "'");

    assertThat(ring.isComplete()).isFalse();
    assertThat(fetches).hasValue(1);
  }

  @Test
  @DisplayName("keys are rotated under load, and no good token is refused")
  void areRotatedWithoutADrop() throws Exception {
    serve(true);
    Map<String, KeyPair> current = new ConcurrentHashMap<>(Map.of("k0", OLD));
    answer =
        request ->
            publish(
                request,
                Jwks.set(
                    current.entrySet().stream()
                        .map(each -> named(each.getValue(), each.getKey()))
                        .toArray(JsonObject[]::new)));
    startHttps();

    for (int round = 1; round <= 5; round++) {
      KeyPair fresh = Tokens.pairFor("RS256");
      String id = "k" + round;
      // Somebody's junk has the keys fetched just before the new one is published.
      ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
      assertThat(verify(NEW, "junk")).isInstanceOf(TokenVerdict.Invalid.class);
      current.remove("k" + (round - 2));
      current.put(id, fresh);
      ahead.addAndGet(JwksVerticle.BETWEEN.toNanos());
      // Tokens of the new key and of the last one come at once.
      List<io.vertx.core.Future<TokenVerdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String last = "k" + (round - 1);
        boolean old = i % 2 == 0;
        Tokens token = Tokens.good().with("jti", "\"" + round + '-' + i + '"');
        verdicts.add(
            verifier.verify(
                token
                    .algorithm(
                        "RS256", old ? current.getOrDefault(last, OLD) : fresh, old ? last : id)
                    .text()));
      }
      for (io.vertx.core.Future<TokenVerdict> verdict : verdicts) {
        assertThat(done(verdict)).isInstanceOf(TokenVerdict.Valid.class);
      }
    }

    // The junk's, the first of the hundred, and one for those that came while that was under way.
    assertThat(fetches.get()).isBetween(1 + 2 * 5, 1 + 3 * 5);
    assertThat(refreshes("failed")).isZero();
    await("nothing under way")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(ring.verifying().taken()).isZero());
    assertThat(ring.publishedAt()).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  @DisplayName("an issuer that never answers costs a token 2 s, and then it is undecided")
  void areNotWaitedForForEver() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    answer = request -> {};
    long begin = System.nanoTime();

    assertThat(verify(NEW, "new")).isInstanceOf(TokenVerdict.Undecided.class);

    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isBetween(JwksVerticle.PATIENCE.minusMillis(200), JwksVerticle.PATIENCE.plusSeconds(2));
  }

  @Test
  @DisplayName("tokens that wait for the issuer leave room for those whose keys are there")
  void areWaitedForByAFewWhileOthersAreVerified() throws Exception {
    serve(true);
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    answer = request -> {};
    // Signed before the first of them waits: none waits for long.
    List<String> tokens =
        IntStream.range(0, KeyRing.MOST_WAITING).mapToObj(i -> token(NEW, "new" + i)).toList();
    String known = token(OLD, "old");
    String oneMore = token(NEW, "one more");
    for (String token : tokens) {
      assertThat(verifier.verify(token).isComplete()).isFalse();
    }

    assertThat(ring.verifying().taken()).isZero();
    assertThat(ring.waiting().taken()).isEqualTo(KeyRing.MOST_WAITING);
    long begin = System.nanoTime();
    assertThat(verify(known)).isInstanceOf(TokenVerdict.Valid.class);
    assertThat(verify(oneMore)).isInstanceOf(TokenVerdict.Undecided.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(JwksVerticle.PATIENCE);
    await("no one waits for ever")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(ring.waiting().taken()).isZero());
  }

  @Test
  @DisplayName("what was fetched before the token came says nothing about its key")
  void areNotJudgedByAnAnswerThatWasUnderWay() throws Exception {
    serve(true);
    List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
    answer = request -> publish(request, Jwks.set(named(OLD, "old")));
    startHttps();
    answer = held::add;
    var first = verifier.verify(token(NEW, "junk"));
    soon("the issuer is asked").until(() -> held.size() == 1);
    var later = verifier.verify(token(NEW, "new"));
    soon("both wait").until(() -> ring.waiting().taken() == 2);

    publish(held.get(0), Jwks.set(named(OLD, "old")));
    assertThat(done(first)).isInstanceOf(TokenVerdict.Invalid.class);

    soon("the issuer is asked again").until(() -> held.size() == 2);
    publish(held.get(1), Jwks.set(named(NEW, "new")));
    assertThat(done(later)).isInstanceOf(TokenVerdict.Valid.class);
  }
}
