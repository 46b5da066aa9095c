package io.drawbridge.connection;

import io.drawbridge.guard.Time;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of one edge on one event loop, and the one timer that all of their waiting
 * hangs on: a timer each would cost more than the connections do.
 */
public final class Connections {
  /** How late anything that waits may be. */
  private static final Duration SWEEP = Duration.ofMillis(100);

  private final Vertx vertx;
  private final Time time;
  private final List<Connection> open = new ArrayList<>();
  private final long sweeper;
  private @Nullable Promise<Void> drained;

  public Connections(Vertx vertx, Time time) {
    this.vertx = vertx;
    this.time = time;
    this.sweeper = vertx.setPeriodic(SWEEP.toMillis(), tick -> sweep());
  }

  public int size() {
    return open.size();
  }

  void add(Connection connection) {
    connection.index = open.size();
    open.add(connection);
    if (drained != null) {
      // Admitted just before.
      connection.drainAt(time.nanos());
    }
  }

  /** The last one takes the place of the one that goes, so that nothing has to move up. */
  void remove(Connection connection) {
    Connection last = open.remove(open.size() - 1);
    if (last != connection) {
      open.set(connection.index, last);
      last.index = connection.index;
    }
    if (open.isEmpty() && drained != null) {
      drained.tryComplete();
    }
  }

  /**
   * Closes all connections as {@code SHUTTING_DOWN}, spread evenly so that they don't come back all
   * at once; completes when the last one is gone.
   */
  public Future<Void> drain(Duration over) {
    Promise<Void> promise = Promise.promise();
    drained = promise;
    long now = time.nanos();
    int count = open.size();
    for (int i = 0; i < count; i++) {
      open.get(i).drainAt(now + over.toNanos() / count * i);
    }
    if (count == 0) {
      promise.complete();
    } else {
      sweep();
    }
    return promise.future();
  }

  /** Stops the timer; to be called when the last connection is gone. */
  public void close() {
    vertx.cancelTimer(sweeper);
  }

  /** From the end, since a connection may remove itself meanwhile. */
  private void sweep() {
    long now = time.nanos();
    for (int i = open.size() - 1; i >= 0; i--) {
      if (i < open.size()) {
        open.get(i).tick(now);
      }
    }
  }
}
