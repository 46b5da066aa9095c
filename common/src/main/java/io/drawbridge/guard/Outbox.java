package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Error events on their way to the guard, in order: an event leaves only when the guard has said
 * that it is in the log. Until then it is sent again; its id lets the guard write it once. What has
 * to wait for long, or is too much, waits in the spool, and what is there goes first.
 *
 * <p>To be used on one event loop. It does one thing at a time: a batch is at the guard, or a
 * worker reads or writes the spool.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final long LEADER_LOOKED_FOR_MILLIS = 100;
  private static final long AFTER_A_FAULT_MILLIS = 5_000;

  /** How long events wait here before they go to the spool, and once there are others in it. */
  private static final Duration SPOOLED_AFTER = Duration.ofSeconds(5);

  private static final Duration SPOOLED_BEHIND_OTHERS_AFTER = Duration.ofSeconds(1);

  /** Kept free in the spool for the end of the process: above all for the counts. */
  private static final long RESERVE_BYTES = 8L << 20;

  private final Vertx vertx;
  private final int capacity;
  private final Spool spool;
  private final Time time;
  private final Courier courier;
  private final WorkerExecutor worker;
  private final ArrayDeque<ErrorEvent> events = new ArrayDeque<>();

  /** Those of {@link #segment} that the guard has not taken yet. */
  private final ArrayDeque<ErrorEvent> spooled = new ArrayDeque<>();

  /** What of the spool is being handed over. */
  private Spool.@Nullable Segment segment;

  /** Whether a batch is at the guard, or the worker is at the spool. */
  private boolean busy;

  /** Whether it waits for the next try. */
  private boolean paused;

  private boolean closed;

  /** Whether a turn that looks for something to do is on its way. */
  private boolean woken;

  /** Since when the first event waits. */
  private long waitingSince;

  /** Whether the spool took nothing, and is not to be tried before the next tick. */
  private boolean spoolFails;

  private boolean toldOfSpool;

  /** Completed when nothing is left to hand over; set while somebody waits for that. */
  private @Nullable Promise<Void> emptied;

  /** Completed when what is here is in the spool; set once no more is sent. */
  private @Nullable Promise<Void> left;

  /** Whether the spool was asked to take the rest into its reserve: a failure before is none. */
  private boolean reserveAsked;

  Outbox(Vertx vertx, int capacity, Spool spool, Time time) {
    this.vertx = vertx;
    this.capacity = capacity;
    this.spool = spool;
    this.time = time;
    this.courier = new Courier(vertx);
    this.worker = vertx.createSharedWorkerExecutor("drawbridge-spool", 1);
  }

  /** Takes over what dead processes have left. */
  void start() {
    work(
        () -> {
          spool.enter();
          return true;
        },
        entered -> {},
        cause -> LOG.error("what is in the spool can't be handed over: {}", cause.getMessage()));
  }

  int size() {
    return events.size();
  }

  /** False when it is full: the caller counts the event instead. */
  boolean add(ErrorEvent event) {
    if (closed || events.size() >= capacity) {
      return false;
    }
    addInAnyCase(event);
    return true;
  }

  private void addInAnyCase(ErrorEvent event) {
    if (events.isEmpty()) {
      waitingSince = time.nanos();
    }
    events.add(event);
    wake();
  }

  /** To be called every second or so: what waits for the time hangs on it. */
  void tick() {
    spoolFails = false;
    next();
  }

  /** Completes when all that was added is in the log; fails after {@code within}. */
  Future<Void> flush(Duration within) {
    if (!busy && events.isEmpty() && segment == null && !spool.holds()) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = emptied == null ? Promise.promise() : emptied;
    emptied = promise;
    wake();
    return promise.future().timeout(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Completes when all is in the log, or, after {@code within}, in the spool.
   *
   * @param last taken over the capacity, too
   */
  Future<Void> close(List<ErrorEvent> last, Duration within) {
    last.forEach(this::addInAnyCase);
    return flush(within).recover(late -> leave()).eventually(this::release);
  }

  private Future<Void> leave() {
    left = Promise.promise();
    wake();
    return left.future();
  }

  private Future<Void> release() {
    closed = true;
    return worker
        .<Void>executeBlocking(
            () -> {
              spool.leave(this);
              return null;
            })
        .eventually(worker::close);
  }

  // --- what to do next --------------------------------------------------------------------------

  /** Next turn, so that what one turn reports travels in one batch. */
  private void wake() {
    if (!woken) {
      woken = true;
      vertx.runOnContext(
          turn -> {
            woken = false;
            next();
          });
    }
  }

  private void next() {
    if (busy) {
      return;
    }
    if (left != null) {
      leave(left);
    } else if (mustSpool()) {
      toSpool(0);
    } else if (!paused) {
      deliver();
    }
  }

  private boolean mustSpool() {
    if (events.isEmpty() || spoolFails) {
      return false;
    }
    Duration after = spool.holds() ? SPOOLED_BEHIND_OTHERS_AFTER : SPOOLED_AFTER;
    return events.size() >= capacity / 2 || time.nanos() - waitingSince >= after.toNanos();
  }

  private void deliver() {
    if (!spooled.isEmpty()) {
      send(spooled);
    } else if (segment != null) {
      removeSegment(segment);
    } else if (spool.holds()) {
      if (spool.lead(this)) {
        readSegment();
      } else {
        pause(LEADER_LOOKED_FOR_MILLIS);
      }
    } else if (!events.isEmpty()) {
      send(events);
    } else if (emptied != null) {
      emptied.tryComplete();
      emptied = null;
    }
  }

  /** What is here goes to the spool; what it does not take is lost, which is told. */
  private void leave(Promise<Void> done) {
    if (events.isEmpty()) {
      done.tryComplete();
    } else if (reserveAsked && spoolFails) {
      LOG.error("{} error events are lost: neither guard nor spool took them", events.size());
      done.tryFail("neither guard nor spool took all error events");
    } else {
      reserveAsked = true;
      toSpool(RESERVE_BYTES);
    }
  }

  private void pause(long millis) {
    paused = true;
    vertx.setTimer(
        millis,
        timer -> {
          paused = false;
          next();
        });
  }

  // --- the spool --------------------------------------------------------------------------------

  private void toSpool(long over) {
    List<ErrorEvent> all = List.copyOf(events);
    work(
        () -> spool.append(all, over),
        taken -> {
          for (int i = 0; i < taken; i++) {
            events.remove();
          }
          waitingSince = time.nanos();
          spoolFails = taken < all.size();
          toldOfSpool = spoolFails;
        },
        cause -> {
          spoolFails = true;
          if (!toldOfSpool) {
            toldOfSpool = true;
            LOG.error("error events can't be kept in the spool: {}", cause.getMessage());
          }
        });
  }

  private void readSegment() {
    work(
        spool::oldest,
        found -> {
          segment = found;
          if (found != null) {
            spooled.addAll(found.events());
          }
        },
        cause -> {
          LOG.error("the spool can't be read: {}", cause.getMessage());
          pause(AFTER_A_FAULT_MILLIS);
        });
  }

  private void removeSegment(Spool.Segment done) {
    segment = null;
    work(
        () -> {
          spool.remove(done);
          return true;
        },
        removed -> {},
        cause -> {
          LOG.error("{} can't be removed: {}", done.file(), cause.getMessage());
          pause(AFTER_A_FAULT_MILLIS);
        });
  }

  private <T> void work(Callable<T> step, Consumer<T> then, Consumer<Throwable> otherwise) {
    busy = true;
    worker
        .executeBlocking(step)
        .onSuccess(then::accept)
        .onFailure(otherwise::accept)
        .onComplete(
            done -> {
              busy = false;
              next();
            });
  }

  // --- the guard --------------------------------------------------------------------------------

  private void send(ArrayDeque<ErrorEvent> queue) {
    busy = true;
    courier
        .send(queue)
        .onSuccess(
            pauseMillis -> {
              busy = false;
              if (pauseMillis > 0) {
                pause(pauseMillis);
              } else if (queue == events) {
                waitingSince = time.nanos();
              }
              next();
            });
  }
}
