package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.auth.token.KeySetClient.Answer;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.guard.Node;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of a {@link KeyRing} that an issuer publishes: fetched at the start, again in the
 * background, and once more when a token was signed with a key that is not known, though no more
 * than {@link #AT_ONCE} times in a row and once in {@link #BETWEEN} after that. While the issuer
 * can't be asked, its last keys stay, and what they don't verify can't be judged. One a process.
 */
public final class JwksVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(JwksVerticle.class);

  /** Between two fetches for the sake of unknown keys, and after one that failed. */
  static final Duration BETWEEN = Duration.ofSeconds(10);

  /** So many unknown keys may be asked for without that time between them. */
  static final int AT_ONCE = 5;

  /** The longest that a token waits for keys. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration USUALLY = Duration.ofMinutes(5);
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final AuthSettings settings;
  private final KeyRing ring;
  private final Node node;
  private KeySetClient client;

  /** Null while nothing is fetched. */
  private @Nullable Future<Boolean> fetching;

  /** How many fetches there were, with the one under way. */
  private int begun;

  // When as many may be asked for as at the start, on the monotonic clock; from the first on.
  private long free;
  private boolean asked;

  private long timer = -1;
  private List<String> refused = List.of();

  @SuppressWarnings("NullAway.Init") // client is set in start()
  public JwksVerticle(AuthSettings settings, KeyRing ring, Node node) {
    this.settings = settings;
    this.ring = ring;
    this.node = node;
  }

  /** Ends after the first fetch, whether or not it brought keys. */
  @Override
  public Future<?> start() {
    client = new KeySetClient(vertx, settings.jwksCa());
    Gauge.builder("drawbridge.jwks.age", this, JwksVerticle::ageSeconds)
        .description("Seconds since the issuer's keys were fetched")
        .baseUnit("seconds")
        .register(node.meters());
    Gauge.builder("drawbridge.jwks.keys", ring, KeyRing::publishedKeys)
        .description("Keys of the issuer that are in use")
        .register(node.meters());
    ring.offer(this::more);
    return fetch();
  }

  @Override
  public Future<?> stop() {
    ring.offerNoMore();
    return Future.succeededFuture();
  }

  private double ageSeconds() {
    Instant at = ring.publishedAt();
    return at == null ? Double.NaN : Duration.between(at, node.time().now()).toMillis() / 1000.0;
  }

  /** From any thread. */
  private Future<Boolean> more() {
    Promise<Boolean> told = Promise.promise();
    context.runOnContext(
        turn -> {
          vertx.setTimer(PATIENCE.toMillis(), fired -> told.tryComplete(false));
          ask(told, begun);
        });
    return told.future();
  }

  /**
   * Tells once the issuer has answered.
   *
   * @param before how many fetches had begun when the keys were wanted: those may have been
   *     answered before a key was published
   */
  private void ask(Promise<Boolean> told, int before) {
    Future<Boolean> running = fetching;
    if (running == null) {
      if (!mayAsk(node.time().nanos())) {
        // The last answer is fresh enough, if there was one.
        told.tryComplete(!ring.isStale());
        return;
      }
      running = fetch();
    }
    int number = begun;
    running.onSuccess(
        came -> {
          if (number > before) {
            told.tryComplete(came);
          } else {
            ask(told, before);
          }
        });
  }

  /** A few at once, so that one stranger's token does not keep the keys of others from coming. */
  private boolean mayAsk(long now) {
    if (!asked || now - free > 0) {
      asked = true;
      free = now;
    }
    if (free - now > BETWEEN.toNanos() * (AT_ONCE - 1)) {
      return false;
    }
    free += BETWEEN.toNanos();
    return true;
  }

  /** Whether keys came. Never fails, and never does the same twice at once. */
  private Future<Boolean> fetch() {
    if (fetching != null) {
      return fetching;
    }
    Promise<Boolean> done = Promise.promise();
    fetching = done.future();
    begun++;
    Future.succeededFuture()
        .compose(turn -> keySetUrl())
        .compose(client::get)
        .map(this::take)
        .recover(cause -> Future.succeededFuture(missed(cause)))
        .onSuccess(
            next -> {
              fetching = null;
              vertx.cancelTimer(timer);
              timer = vertx.setTimer(next.toMillis(), fired -> fetch());
              done.complete(!ring.isStale());
            });
    return done.future();
  }

  private Future<String> keySetUrl() {
    String configured = settings.jwks();
    if (configured != null) {
      return Future.succeededFuture(configured);
    }
    String issuer = String.valueOf(settings.issuer());
    String root = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    return client.get(root + DISCOVERY).map(answer -> keySetUrl(answer.body().getBytes(), issuer));
  }

  /** OpenID Connect Discovery 1.0 §4.3: the document must name the issuer that was asked. */
  private static String keySetUrl(byte[] document, String issuer) {
    JsonNode found = StrictJson.object(document, "discovery document");
    if (!issuer.equals(found.path("issuer").textValue())) {
      throw new BadToken("discovery document of another issuer");
    }
    String url = found.path("jwks_uri").asText("");
    if (!AuthSettings.isKeySetUrl(url)) {
      throw new BadToken("discovery document without an https jwks_uri");
    }
    return url;
  }

  /** How long until the next fetch. */
  private Duration take(Answer answer) {
    Jwk.Published found = Jwk.published(answer.body().getBytes());
    if (!found.refused().equals(refused)) {
      LOG.warn("keys of the issuer that are not used: {}", found.refused());
      refused = found.refused();
    }
    if (found.keys().isEmpty()) {
      throw new BadToken("key set without a usable key");
    }
    boolean back = ring.isStale() || !ring.isComplete();
    ring.publish(found.keys(), node.time().now());
    count("ok");
    if (back) {
      LOG.info("the issuer's keys are there: {}", found.keys().size());
    }
    Duration age = answer.maxAge() == null ? USUALLY : answer.maxAge();
    return age.compareTo(SHORTEST) < 0 ? SHORTEST : age.compareTo(LONGEST) > 0 ? LONGEST : age;
  }

  private Duration missed(Throwable cause) {
    if (!ring.isStale()) {
      LOG.warn(
          "the issuer's keys can't be fetched, {}: {}",
          ring.isComplete() ? "the last ones stay" : "so no token of its is believed",
          cause.getMessage());
    }
    ring.missed();
    count("failed");
    return BETWEEN;
  }

  private void count(String outcome) {
    node.meters().counter("drawbridge.jwks.refreshes", "outcome", outcome).increment();
  }
}
