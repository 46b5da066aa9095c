package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Error events on their way to the guard, in order: an event leaves only when the guard has said
 * that it is in the log. Until then it is sent again; its id lets the guard write it once.
 *
 * <p>To be used on one event loop.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int BATCH = 100;
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final Vertx vertx;
  private final int capacity;
  private final ArrayDeque<ErrorEvent> events = new ArrayDeque<>();

  /** Whether a batch is at the guard, or waits for its next try. */
  private boolean busy;

  /** How many events the next batch may have: one alone after a batch that the guard refuses. */
  private int most = BATCH;

  /** How long the next failure makes us wait; 0 while the guard answers. */
  private long pauseMillis;

  /** Completed when the outbox is empty; set while somebody waits for that. */
  private @Nullable Promise<Void> emptied;

  Outbox(Vertx vertx, int capacity) {
    this.vertx = vertx;
    this.capacity = capacity;
  }

  int size() {
    return events.size();
  }

  /** False when it is full: the caller counts the event instead. */
  boolean add(ErrorEvent event) {
    if (events.size() >= capacity) {
      return false;
    }
    events.add(event);
    if (!busy) {
      busy = true;
      // Next turn, so that what one turn reports travels in one batch.
      vertx.runOnContext(turn -> send());
    }
    return true;
  }

  /** Completes when all that was added is in the log; fails after {@code within}. */
  Future<Void> flush(Duration within) {
    if (events.isEmpty()) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = emptied == null ? Promise.promise() : emptied;
    emptied = promise;
    return promise.future().timeout(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void send() {
    List<ErrorEvent> batch = new ArrayList<>();
    for (ErrorEvent event : events) {
      if (batch.size() == most) {
        break;
      }
      batch.add(event);
    }
    JsonArray bodies = new JsonArray();
    batch.forEach(event -> bodies.add(event.toJson()));
    vertx
        .eventBus()
        .<JsonObject>request(
            GuardBus.ERRORS,
            new JsonObject().put("events", bodies),
            new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .onSuccess(answer -> accepted(batch.size()))
        .onFailure(cause -> notAccepted(batch, cause));
  }

  private void accepted(int count) {
    if (pauseMillis > 0) {
      LOG.info("the guard takes error events again");
      pauseMillis = 0;
    }
    most = BATCH;
    leave(count);
  }

  private void leave(int count) {
    for (int i = 0; i < count; i++) {
      events.remove();
    }
    busy = !events.isEmpty();
    if (busy) {
      send();
    } else if (emptied != null) {
      emptied.complete();
      emptied = null;
    }
  }

  private void notAccepted(List<ErrorEvent> batch, Throwable cause) {
    if (cause instanceof ReplyException reply && reply.failureCode() == GuardBus.BAD_REQUEST) {
      refused(batch, cause);
      return;
    }
    if (pauseMillis == 0) {
      LOG.warn("the guard does not take error events, keeping them: {}", cause.getMessage());
    }
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, Math.max(FIRST_PAUSE_MILLIS, 2 * pauseMillis));
    vertx.setTimer(pauseMillis, timer -> send());
  }

  /** What will never be taken must not keep the others waiting: it is found, told and left out. */
  private void refused(List<ErrorEvent> batch, Throwable cause) {
    if (batch.size() > 1) {
      most = 1;
      send();
    } else {
      LOG.error("the guard refuses {}: {}", batch.get(0).toJson().encode(), cause.getMessage());
      most = BATCH;
      leave(1);
    }
  }
}
