package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches of error events to the guard, and knows from its answers how to go on. To be used
 * on one event loop, for one batch at a time.
 */
final class Courier {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final int BATCH = 100;
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final Vertx vertx;

  /** How many events the next batch may have: one alone after a batch that the guard refuses. */
  private int most = BATCH;

  /** How long the last failure made us wait; 0 while the guard answers. */
  private long pauseMillis;

  Courier(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Sends the first events of a queue, and removes those that the guard has in its log.
   *
   * @return how many milliseconds to wait before the next batch; never fails
   */
  Future<Long> send(ArrayDeque<ErrorEvent> queue) {
    List<ErrorEvent> batch = new ArrayList<>();
    for (ErrorEvent event : queue) {
      if (batch.size() == most) {
        break;
      }
      batch.add(event);
    }
    JsonArray bodies = new JsonArray();
    batch.forEach(event -> bodies.add(event.toJson()));
    return vertx
        .eventBus()
        .<JsonObject>request(
            GuardBus.ERRORS,
            new JsonObject().put("events", bodies),
            new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .map(answer -> accepted(queue, batch.size()))
        .otherwise(cause -> notAccepted(queue, batch, cause));
  }

  private long accepted(ArrayDeque<ErrorEvent> queue, int count) {
    if (pauseMillis > 0) {
      LOG.info("the guard takes error events again");
      pauseMillis = 0;
    }
    most = BATCH;
    for (int i = 0; i < count; i++) {
      queue.remove();
    }
    return 0;
  }

  private long notAccepted(ArrayDeque<ErrorEvent> queue, List<ErrorEvent> batch, Throwable cause) {
    if (cause instanceof ReplyException reply && reply.failureCode() == GuardBus.BAD_REQUEST) {
      refused(queue, batch, cause);
      return 0;
    }
    if (pauseMillis == 0) {
      LOG.warn("the guard does not take error events, keeping them: {}", cause.getMessage());
    }
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, Math.max(FIRST_PAUSE_MILLIS, 2 * pauseMillis));
    return pauseMillis;
  }

  /** What will never be taken must not keep the others waiting: it is found, told and left out. */
  private void refused(ArrayDeque<ErrorEvent> queue, List<ErrorEvent> batch, Throwable cause) {
    if (batch.size() > 1) {
      most = 1;
    } else {
      LOG.error("the guard refuses {}: {}", ErrorLog.json(batch.get(0)), cause.getMessage());
      most = BATCH;
      queue.remove();
    }
  }
}
