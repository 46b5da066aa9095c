package io.drawbridge.guard;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps an edge's {@link BanTable} up to date: by the changes that the guard publishes, and by the
 * whole list at the start, after a gap in their numbers, and, should the last change be lost or the
 * guard have started anew, whenever a look every 5 s finds another number. In a cluster, also when
 * another guard comes to keep the bans, and, where nobody answers, again a second later.
 *
 * <p>While the guard is silent, the table stays as it is, and bans in it end in their time. To be
 * used on one event loop.
 */
final class BanFeed {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);

  private static final Duration SOON = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Time time;
  private final BanTable table;
  private final Guards guards;
  private final MessageConsumer<Object> changes;
  private final long looks;
  private final Promise<Void> asked = Promise.promise();

  private boolean asking;
  private boolean closed;

  /** Whether a change was missed since the list was asked for. */
  private boolean askAgain;

  BanFeed(Vertx vertx, Node node, BanTable table) {
    this.vertx = vertx;
    this.time = node.time();
    this.table = table;
    this.guards = node.guards();
    this.changes = vertx.eventBus().consumer(GuardBus.BAN_CHANGES, this::onChange);
    changes.completion().onComplete(registered -> ask());
    this.looks = vertx.setPeriodic(LOOK_EVERY.toMillis(), tick -> look());
    Context loop = vertx.getOrCreateContext();
    guards.onNewLeader(this, () -> loop.runOnContext(turn -> askSoon()));
  }

  /** Not all edges at once; who leads has to get ready first, too. */
  private void askSoon() {
    vertx.setTimer(1 + ThreadLocalRandom.current().nextLong(SOON.toMillis()), timer -> ask());
  }

  /** Completes when the guard has told its bans, or has not answered in time; never fails. */
  Future<Void> asked() {
    return asked.future();
  }

  Future<Void> close() {
    closed = true;
    vertx.cancelTimer(looks);
    guards.forget(this);
    return changes.unregister();
  }

  private void look() {
    table.dropEnded(time.now().toEpochMilli());
    ask();
  }

  private void onChange(Message<Object> message) {
    if (!isNext(message.body())) {
      ask();
    }
  }

  /** Anybody may publish anything; what is no change is a reason to ask the guard. */
  private boolean isNext(Object body) {
    try {
      return body instanceof JsonObject json && table.apply(BanChange.fromJson(json));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void ask() {
    if (closed) {
      asked.tryComplete();
      return;
    }
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    long known = table.seq();
    JsonObject request = new JsonObject().put("op", "list");
    if (known != BanTable.UNKNOWN) {
      request.put("known", known);
    }
    vertx
        .eventBus()
        .<JsonObject>request(
            guards.bans(), request, new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .map(answer -> isTaken(answer.body(), known))
        .onSuccess(taken -> askAgain |= !taken)
        .onFailure(silent -> notAnswered())
        .onComplete(done -> askedOnce());
  }

  /** False when changes have overtaken the answer. */
  private boolean isTaken(JsonObject answer, long known) {
    long seq = Ban.wholeNumber(answer, "seq");
    if (table.seq() != known && seq < table.seq()) {
      return false;
    }
    JsonArray list = answer.getJsonArray("bans");
    if (list != null) {
      List<Ban> bans = new ArrayList<>(list.size());
      list.forEach(each -> bans.add(Ban.fromJson((JsonObject) each)));
      table.replace(seq, bans);
    }
    return true;
  }

  private void notAnswered() {
    askAgain = false;
    if (guards != Guards.NONE_KNOWN) {
      askSoon();
    }
  }

  private void askedOnce() {
    asking = false;
    asked.tryComplete();
    if (askAgain) {
      askAgain = false;
      ask();
    }
  }
}
