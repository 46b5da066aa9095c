package io.drawbridge.guard;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a worker write a state to a file, so that it outlives the process: one write at a time, and
 * what changes during one is in the next. To be used on one event loop.
 */
public final class Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** Between two writes, so that a flood of changes is no flood of writes. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Writes a state as it was when this was made. Blocks. */
  @FunctionalInterface
  public interface Write {
    void run() throws IOException;
  }

  private final Vertx vertx;
  private final String what;
  private final Supplier<Write> state;

  private boolean writing;

  /** Completed by the write that comes after the one under way; set while one is due. */
  private @Nullable Promise<Void> next;

  private boolean fails;

  /**
   * @param what is kept, in the plural, for the process log
   * @param state takes the state as it is now
   */
  public Keeper(Vertx vertx, String what, Supplier<Write> state) {
    this.vertx = vertx;
    this.what = what;
    this.state = state;
  }

  /**
   * Completes when all that has changed so far is in the file; fails when it could not be written,
   * which the process log tells once.
   */
  public Future<Void> write() {
    Promise<Void> due = next == null ? Promise.promise() : next;
    next = due;
    if (!writing) {
      writing = true;
      writeNow();
    }
    return due.future();
  }

  /** Completes when nothing is left to be written; never fails. */
  public Future<Void> close() {
    return writing ? write().otherwiseEmpty() : Future.succeededFuture();
  }

  private void writeNow() {
    Promise<Void> due = next;
    if (due == null) {
      writing = false;
      return;
    }
    next = null;
    Write write = state.get();
    vertx
        .<Void>executeBlocking(
            () -> {
              write.run();
              return null;
            })
        .onComplete(written -> written(due, written));
  }

  private void written(Promise<Void> due, AsyncResult<Void> written) {
    tell(written.cause());
    vertx.setTimer(PAUSE.toMillis(), timer -> writeNow());
    if (written.succeeded()) {
      due.complete();
    } else {
      due.fail(written.cause());
    }
  }

  private void tell(@Nullable Throwable cause) {
    if (cause != null && !fails) {
      LOG.error("the {} can't be kept, a restart would forget them: {}", what, cause.toString());
    } else if (cause == null && fails) {
      LOG.info("the {} are kept again", what);
    }
    fails = cause != null;
  }
}
