package io.drawbridge.guard;

import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guard behind all edges: writes the error log, owns the buckets that edges borrow permits
 * from, and bans whoever errs too often. Any service on the event bus may use it the way the edges
 * do; see {@link GuardBus}.
 *
 * <p>A request with a bad body fails with code 400 and changes nothing. Error events are answered
 * only once they are in the log and counted; 503 means that they are not, and may be sent again. A
 * request with no events tells whether the log can be written.
 */
public final class GuardVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(GuardVerticle.class);
  private static final int MOST_EVENTS = 1_000;
  private static final int MOST_KEYS = 100_000;

  /** Room for the longest user id behind {@code user:}. */
  private static final int LONGEST_KEY = 512;

  private static final int MOST_EDGES = 10_000;
  private static final Duration EDGE_SEEN_WITHIN = Duration.ofSeconds(10);

  private final Settings settings;
  private final LiveSettings live;
  private final Node node;
  private final Time time;
  private final ErrorLog log;
  private final Limiter limiter;

  /** Apart from the others, so that a flood of addresses takes no place from those inside. */
  private final Limiter connects;

  /** When each edge asked last, the longest ago first. */
  private final LinkedHashMap<String, Long> edges = new LinkedHashMap<>(16, 0.75f, true);

  private WorkerExecutor writer;
  private MessageConsumer<Object> errors;
  private BanRegistry bans;
  private boolean logFails;
  private Runnable unlisten = () -> {};

  /** With settings that stay as they are. */
  public GuardVerticle(Settings settings, Node node) {
    this(new LiveSettings(settings, null), node);
  }

  @SuppressWarnings("NullAway.Init") // writer, errors and bans are set in start()
  public GuardVerticle(LiveSettings live, Node node) {
    this.live = live;
    this.settings = live.settings();
    this.node = node;
    this.time = node.time();
    this.log = new ErrorLog(settings.guard());
    this.limiter = new Limiter(messages(settings), MOST_KEYS);
    this.connects = new Limiter(connects(settings), MOST_KEYS);
  }

  @Override
  public Future<?> start() {
    writer = vertx.createSharedWorkerExecutor("drawbridge-error-log", 1);
    bans = new BanRegistry(vertx, settings, node);
    // A ban for events that came first would get a number of its own, and overwrite the file.
    unlisten =
        live.onChange(
            task -> context.runOnContext(turn -> task.run()), now -> reload(now.settings()));
    return bans.start().compose(read -> listen());
  }

  /** Limits of messages and connects, strikes and the lengths of bans. */
  private void reload(Settings now) {
    limiter.limits(messages(now));
    connects.limits(connects(now));
    bans.reload(now);
  }

  private Future<?> listen() {
    errors = vertx.eventBus().consumer(GuardBus.ERRORS, this::onErrors);
    return Future.all(
        errors.completion(),
        vertx.eventBus().<Object>consumer(GuardBus.LIMITS, this::onLimits).completion());
  }

  @Override
  public Future<?> stop() {
    unlisten.run();
    // What arrives while the log is being closed is refused, and sent to the next guard.
    return errors
        .unregister()
        .eventually(this::closeLog)
        .eventually(writer::close)
        .eventually(bans::stop);
  }

  private Future<?> closeLog() {
    return writer.executeBlocking(
        () -> {
          log.close();
          return null;
        });
  }

  /** The limits of messages that may be borrowed from, by name. */
  private static Map<String, Limiter.Limit> messages(Settings settings) {
    Map<String, Limiter.Limit> limits = new HashMap<>();
    limits.put(GuardBus.KEY_MESSAGES, Limiter.Limit.of(settings.limits().keyMessages()));
    for (Edge edge : List.of(Edge.echo(settings), Edge.auth(settings))) {
      Limiter.Limit limit = Limiter.Limit.of(edge.limits().keyMessages());
      limits.put(edge.keyLimit(), limit);
      // By its own name, too: a lease from before a reload may still ask by it.
      limits.putIfAbsent(edge.name() + '.' + GuardBus.KEY_MESSAGES, limit);
    }
    return limits;
  }

  /** Those of new connections. */
  private static Map<String, Limiter.Limit> connects(Settings settings) {
    Map<String, Limiter.Limit> limits = new HashMap<>();
    for (Edge edge : List.of(Edge.echo(settings), Edge.auth(settings))) {
      Limiter.Limit limit =
          new Limiter.Limit(edge.limits().connectRate(), edge.limits().connectBurst());
      limits.put(edge.connectLimit(), limit);
    }
    return limits;
  }

  // --- errors -----------------------------------------------------------------------------------

  private void onErrors(Message<Object> request) {
    List<ErrorEvent> events;
    try {
      events = events(request.body());
    } catch (IllegalArgumentException | ClassCastException e) {
      request.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    writer
        .executeBlocking(() -> log.append(events))
        .onSuccess(fresh -> logged(request, events.size(), fresh))
        .onFailure(cause -> notLogged(request, cause));
  }

  private static List<ErrorEvent> events(Object body) {
    JsonArray bodies = object(body).getValue("events") instanceof JsonArray array ? array : null;
    if (bodies == null) {
      throw new IllegalArgumentException("events: must be an array");
    }
    if (bodies.size() > MOST_EVENTS) {
      throw new IllegalArgumentException("events: more than " + MOST_EVENTS);
    }
    List<ErrorEvent> events = new ArrayList<>(bodies.size());
    for (Object each : bodies) {
      events.add(ErrorEvent.fromJson(object(each)));
    }
    return events;
  }

  private void logged(Message<Object> request, int accepted, List<ErrorEvent> fresh) {
    if (logFails) {
      logFails = false;
      LOG.info("the error log is written again");
    }
    bans.count(fresh);
    request.reply(new JsonObject().put("accepted", accepted));
    fresh.forEach(event -> vertx.eventBus().publish(GuardBus.LOGGED, event.toJson()));
  }

  private void notLogged(Message<Object> request, Throwable cause) {
    if (!logFails) {
      logFails = true;
      LOG.error(
          "the error log {} can't be written, edges keep their events: {}",
          settings.guard().log(),
          cause.getMessage());
    }
    request.fail(GuardBus.UNAVAILABLE, "the error log can't be written");
  }

  // --- limits -----------------------------------------------------------------------------------

  private void onLimits(Message<Object> request) {
    long now = time.nanos();
    try {
      JsonObject body = object(request.body());
      String limit = text(body, "limit");
      Limiter owner = connects.limits().contains(limit) ? connects : limiter;
      Limiter.Grant grant = owner.grant(limit, text(body, "key"), want(body), now);
      JsonObject answer = new JsonObject().put("granted", grant.granted());
      answer.put(grant.granted() > 0 ? "ttlMs" : "retryAfterMs", grant.millis());
      int seen = edgesSeen(request.headers().get(GuardBus.EDGE), now);
      request.reply(
          answer, new DeliveryOptions().addHeader(GuardBus.EDGES, Integer.toString(seen)));
    } catch (IllegalArgumentException e) {
      request.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static String text(JsonObject body, String field) {
    if (body.getValue(field) instanceof String text
        && !text.isEmpty()
        && text.length() <= LONGEST_KEY) {
      return text;
    }
    throw new IllegalArgumentException(
        field + ": must be a string of 1 to " + LONGEST_KEY + " characters");
  }

  private static long want(JsonObject body) {
    Object want = body.getValue("want");
    if (want instanceof Integer || want instanceof Long) {
      long number = ((Number) want).longValue();
      if (number >= 1 && number <= GuardBus.MOST_PERMITS) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "want: must be a whole number, 1 to " + GuardBus.MOST_PERMITS);
  }

  private int edgesSeen(@Nullable String edge, long now) {
    if (edge != null && edge.length() <= LONGEST_KEY) {
      edges.put(edge, now);
    }
    Iterator<Long> oldest = edges.values().iterator();
    while (oldest.hasNext()
        && (now - oldest.next() > EDGE_SEEN_WITHIN.toNanos() || edges.size() > MOST_EDGES)) {
      oldest.remove();
    }
    return Math.max(1, edges.size());
  }

  private static JsonObject object(Object body) {
    if (body instanceof JsonObject object) {
      return object;
    }
    throw new IllegalArgumentException("the body must be a JSON object");
  }
}
