package io.drawbridge.guard;

import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
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
 *
 * <p>In a cluster, there may be several: each lends the permits of its own keys, each takes error
 * events, and one of them keeps the bans; whoever is asked passes on what is another one's. See
 * {@link Standing}.
 */
public final class GuardVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(GuardVerticle.class);
  private static final int MOST_EVENTS = 1_000;

  /** As many as the log remembers. */
  private static final int MOST_HEARD = 20_000;

  private final Settings settings;
  private final LiveSettings live;
  private final Node node;
  private final Time time;
  private final ErrorLog log;
  private final boolean clustered;

  /** Ids of events that were logged by any guard, and of which our log does not know yet. */
  private final ArrayDeque<String> heard = new ArrayDeque<>();

  private final AtomicInteger guards = new AtomicInteger(1);
  private final AtomicInteger leads = new AtomicInteger();
  private final List<Gauge> gauges;
  private final Standing standing;
  private Muster muster;
  private Lender lender;
  private WorkerExecutor writer;
  private MessageConsumer<Object> errors;
  private BanRegistry bans;
  private boolean logFails;
  private Runnable unlisten = () -> {};

  /** With settings that stay as they are. */
  public GuardVerticle(Settings settings, Node node) {
    this(new LiveSettings(settings, null), node);
  }

  /** In a cluster where the event bus is, so that other guards may be there. */
  public GuardVerticle(LiveSettings live, Node node) {
    this(live, node, false);
  }

  /**
   * @param clustered whether there may be others, though the event bus is that of one process
   */
  @SuppressWarnings("NullAway.Init") // what the event bus is needed for is set in start()
  GuardVerticle(LiveSettings live, Node node, boolean clustered) {
    this.live = live;
    this.settings = live.settings();
    this.node = node;
    this.time = node.time();
    this.clustered = clustered;
    this.log = new ErrorLog(settings.guard());
    String id = node.name() + '-' + UUID.randomUUID().toString().substring(0, 8);
    this.standing = new Standing(id, node.name());
    this.gauges =
        List.of(
            Gauge.builder("drawbridge.guards", guards, AtomicInteger::get)
                .description("Guards that may be turned to, as this one knows them")
                .strongReference(true)
                .register(node.meters()),
            Gauge.builder("drawbridge.guard.leads", leads, AtomicInteger::get)
                .description("1 where this guard keeps the bans, else 0")
                .strongReference(true)
                .register(node.meters()));
  }

  @Override
  public Future<?> start() {
    boolean others = clustered || vertx.isClustered();
    writer = vertx.createSharedWorkerExecutor("drawbridge-error-log", 1);
    lender = new Lender(vertx, settings, standing, time);
    bans = new BanRegistry(vertx, settings, node, standing, !others);
    muster = new Muster(vertx, GuardBus.MEMBERS, standing, time, new Others(), others);
    // A ban for events that came first would get a number of its own, and overwrite the file.
    unlisten =
        live.onChange(
            task -> context.runOnContext(turn -> task.run()), now -> reload(now.settings()));
    return bans.start()
        .compose(read -> others ? listenOwn() : Future.succeededFuture())
        .compose(listens -> muster.join())
        .compose(joined -> listenAll());
  }

  /** Limits of messages and connects, strikes and the lengths of bans. */
  private void reload(Settings now) {
    lender.limits(now);
    bans.reload(now);
  }

  /** Before others may turn to it. */
  private Future<?> listenOwn() {
    return Future.all(
        lender.listenOwn(),
        vertx.eventBus().consumer(GuardBus.LOGGED, this::onLogged).completion());
  }

  private Future<?> listenAll() {
    leads.set(standing.leads(time.nanos()) ? 1 : 0);
    errors = vertx.eventBus().consumer(GuardBus.ERRORS, this::onErrors);
    return Future.all(errors.completion(), lender.listenAll(), bans.listenAll());
  }

  /** What is to be known of the other guards. */
  private final class Others implements Muster.Listener {
    @Override
    public JsonObject data() {
      return new JsonObject()
          .put(GuardBus.EDGES_SEEN, lender.edgesSeen())
          .put(GuardBus.SEQ, bans.highest());
    }

    @Override
    public void heard(Member other) {
      lender.heard();
      bans.heard(other);
    }

    @Override
    public void changed() {
      lender.changed();
      bans.changed();
      guards.set(standing.others().size() + (standing.isActive() ? 1 : 0));
      leads.set(standing.leads(time.nanos()) ? 1 : 0);
    }
  }

  @Override
  public Future<?> stop() {
    unlisten.run();
    gauges.forEach(node.meters()::remove);
    // What arrives while the log is being closed is refused, and sent to the next guard.
    return muster
        .leave()
        .eventually(errors::unregister)
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

  // --- errors -----------------------------------------------------------------------------------

  private void onErrors(Message<Object> request) {
    List<ErrorEvent> events;
    try {
      events = events(request.body());
    } catch (IllegalArgumentException | ClassCastException e) {
      request.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (!standing.isServing(time.nanos())) {
      // Frozen for a while: whoever sent it has sent it to another guard since.
      request.fail(GuardBus.UNAVAILABLE, "this guard has been away");
      return;
    }
    List<String> others = List.copyOf(heard);
    heard.clear();
    writer
        .executeBlocking(
            () -> {
              log.heard(others);
              return log.append(events);
            })
        .onSuccess(fresh -> logged(request, events.size(), fresh))
        .onFailure(cause -> notLogged(request, cause));
  }

  static List<ErrorEvent> events(Object body) {
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

  /** Who was not answered by the guard that logged it may send it here. */
  private void onLogged(Message<Object> message) {
    if (message.body() instanceof JsonObject event && event.getValue("id") instanceof String id) {
      if (heard.size() >= MOST_HEARD) {
        heard.remove();
      }
      heard.add(id);
    }
  }

  private void logged(Message<Object> request, int accepted, List<ErrorEvent> fresh) {
    if (logFails) {
      logFails = false;
      LOG.info("the error log is written again");
    }
    bans.logged(fresh);
    // Before the answer: who does not get that may send them to a guard that has heard of them.
    fresh.forEach(event -> vertx.eventBus().publish(GuardBus.LOGGED, event.toJson()));
    request.reply(new JsonObject().put("accepted", accepted));
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

  static JsonObject object(Object body) {
    if (body instanceof JsonObject object) {
      return object;
    }
    throw new IllegalArgumentException("the body must be a JSON object");
  }
}
