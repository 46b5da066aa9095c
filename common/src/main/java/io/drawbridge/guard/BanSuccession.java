package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which guard keeps the book of bans: the one that leads. Takes over what is known when this one
 * comes to lead, hands over what it knows when another one does, and passes on what only that one
 * may decide. Without a cluster, this one leads from the start. To be used on the guard's event
 * loop.
 */
final class BanSuccession {
  private static final Logger LOG = LoggerFactory.getLogger(BanSuccession.class);

  /** The guard that leads waits for its disk and, for up to a second, for the cluster's map. */
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(1_500);

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  /** Entries in one request. */
  private static final int BATCH = 500;

  /** Strikes that wait for somebody to lead; more are not counted. */
  private static final int MOST_HELD = 1_000;

  /** Beyond what counting leads to: no number of ours. */
  private static final long HIGHEST = 1L << 52;

  /** So much higher are the numbers of who comes to lead, so that none means two things. */
  static final long LEAP = 1_000;

  /** What the one that leads does with the book. */
  interface Keeping {
    /** Takes what others know; those of whom something was new. */
    List<BanSubject> merge(List<BanEntry> entries);

    /** Everything that is not in the cluster's map as it is in the book goes there. */
    void keepAllBut(List<BanEntry> inMap);

    /**
     * From now on, changes have higher numbers than this.
     *
     * @param changed if not empty, it is published that there is something new
     */
    void raise(long number, List<BanSubject> changed);

    /** The number of the last change. */
    long seq();

    List<BanEntry> entries();

    void count(List<ErrorEvent> strikes);
  }

  private final Vertx vertx;
  private final Standing standing;
  private final Time time;
  private final BanMap map;
  private final Keeping keeping;
  private final boolean alone;

  /** The highest number that anybody was heard to give. */
  private long highest;

  /** Whether it has come to lead; counted, so that what was asked for before is not taken. */
  private boolean leads;

  private int terms;

  /** Whether it has what it takes to lead: the map was read, or could not be. */
  private boolean ready;

  /** Who has our book by now, and does not need it again. */
  private @Nullable String handedTo;

  private boolean handing;
  private List<ErrorEvent> held = new ArrayList<>();

  BanSuccession(
      Vertx vertx, Standing standing, Time time, BanMap map, Keeping keeping, boolean alone) {
    this.vertx = vertx;
    this.standing = standing;
    this.time = time;
    this.map = map;
    this.keeping = keeping;
    this.alone = alone;
  }

  /** Whether this guard keeps the book now. */
  boolean serves() {
    return alone || (ready && standing.leads(time.nanos()));
  }

  /** Others are there than before. */
  void changed() {
    if (alone) {
      return;
    }
    boolean leadsNow = standing.leads(time.nanos());
    if (leadsNow && !leads) {
      leads = true;
      handedTo = null;
      takeOver(++terms);
    } else if (!leadsNow) {
      leads = false;
      ready = false;
      if (standing.isActive()) {
        handOver();
        passOnHeld();
      }
    }
  }

  /**
   * A number that somebody has given to a change. Who leads gives higher ones than anybody, such as
   * the one that led on the other side of a partition.
   */
  void heard(long seq) {
    if (seq > highest && seq < HIGHEST) {
      highest = seq;
      if (seq > keeping.seq() && serves()) {
        keeping.raise(seq + LEAP, List.of());
      }
    }
  }

  /** The highest number that this guard knows of. */
  long highest() {
    return Math.max(highest, keeping.seq());
  }

  // --- coming to lead ---------------------------------------------------------------------------

  private void takeOver(int term) {
    map.load()
        .onComplete(
            loaded -> {
              if (term != terms || !leads) {
                return;
              }
              if (loaded.succeeded()) {
                takeOver(loaded.result());
              } else {
                LOG.error(
                    "the bans in the cluster's map can't be read: {}", loaded.cause().toString());
                vertx.setTimer(AGAIN_AFTER.toMillis(), timer -> again(term));
                beReady();
              }
            });
  }

  private void again(int term) {
    if (term == terms && leads) {
      takeOver(term);
    }
  }

  private void takeOver(List<BanEntry> inMap) {
    List<BanSubject> news = keeping.merge(inMap);
    keeping.keepAllBut(inMap);
    if (ready) {
      leap(news);
    } else {
      beReady();
    }
  }

  private void beReady() {
    if (!ready) {
      ready = true;
      // The edges ask whoever leads anew, so there is nothing to publish.
      keeping.raise(highest() + LEAP, List.of());
      LOG.info("this guard keeps the bans from now on, their numbers go on at {}", keeping.seq());
      passOnHeld();
    }
  }

  /** What comes from elsewhere has no numbers here. */
  private void leap(List<BanSubject> news) {
    if (!news.isEmpty()) {
      keeping.raise(highest() + LEAP, news);
    }
  }

  // --- leading no more --------------------------------------------------------------------------

  /** Never fails; what could not be handed over is tried again while there is somebody. */
  Future<Void> handOver() {
    Member leader = standing.otherLeader();
    if (alone || leader == null || handing || leader.id().equals(handedTo)) {
      return Future.succeededFuture();
    }
    List<BanEntry> entries = keeping.entries();
    handing = true;
    return handOver(leader, entries, 0)
        .onSuccess(taken -> handedTo = leader.id())
        .onFailure(cause -> vertx.setTimer(AGAIN_AFTER.toMillis(), timer -> changed()))
        .onComplete(done -> handing = false)
        .otherwiseEmpty();
  }

  private Future<Void> handOver(Member leader, List<BanEntry> entries, int from) {
    if (from >= entries.size()) {
      return Future.succeededFuture();
    }
    JsonArray batch = new JsonArray();
    entries.stream().skip(from).limit(BATCH).forEach(each -> batch.add(each.toJson()));
    JsonObject body =
        new JsonObject().put("op", "merge").put("seq", highest()).put("entries", batch);
    return toLeader(leader, body).compose(taken -> handOver(leader, entries, from + BATCH));
  }

  /** What another guard knows, and this one should. */
  void onMerge(Message<Object> message, JsonObject body) {
    List<BanEntry> entries = new ArrayList<>();
    JsonArray array = body.getValue("entries") instanceof JsonArray found ? found : new JsonArray();
    for (Object each : array) {
      entries.add(BanEntry.fromJson(GuardVerticle.object(each)));
    }
    heard(Ban.wholeNumber(body, "seq"));
    if (!serves()) {
      message.fail(GuardBus.UNAVAILABLE, "this guard does not keep the bans");
      return;
    }
    leap(keeping.merge(entries));
    message.reply(new JsonObject());
  }

  // --- for the one that leads -------------------------------------------------------------------

  /** Has strikes counted, where somebody leads or soon does. */
  void count(List<ErrorEvent> strikes) {
    if (serves()) {
      keeping.count(strikes);
    } else if (!strikes.isEmpty()) {
      held.addAll(strikes.subList(0, Math.min(strikes.size(), MOST_HELD - held.size())));
      passOnHeld();
    }
  }

  private void passOnHeld() {
    if (held.isEmpty()) {
      return;
    }
    List<ErrorEvent> strikes = held;
    Member leader = standing.otherLeader();
    if (serves()) {
      held = new ArrayList<>();
      keeping.count(strikes);
    } else if (leader != null) {
      held = new ArrayList<>();
      JsonArray events = new JsonArray();
      strikes.forEach(each -> events.add(each.toJson()));
      JsonObject body = new JsonObject().put("op", "strikes").put("events", events);
      vertx.eventBus().send(GuardBus.bansOf(leader.id()), body);
    }
  }

  /** Has a request answered by the guard that keeps the book. */
  void passOn(Message<Object> request) {
    Member leader = standing.otherLeader();
    if (leader == null) {
      request.fail(GuardBus.UNAVAILABLE, "no guard keeps the bans just now");
      return;
    }
    toLeader(leader, request.body())
        .onSuccess(answer -> request.reply(answer.body()))
        .onFailure(cause -> Lender.relay(request, cause));
  }

  private Future<Message<Object>> toLeader(Member leader, Object body) {
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis());
    return vertx.eventBus().request(GuardBus.bansOf(leader.id()), body, options);
  }
}
