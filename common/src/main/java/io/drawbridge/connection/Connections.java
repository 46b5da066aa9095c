package io.drawbridge.connection;

import io.drawbridge.guard.Time;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of one edge on one event loop, and the one timer that all of their waiting
 * hangs on: a timer each would cost more than the connections do. When the next thing of each may
 * be due stands in one array, so that those that only wait are not even looked at.
 */
public final class Connections {
  /** How late anything that waits may be. */
  private static final Duration SWEEP = Duration.ofMillis(100);

  /** Not twice in one sweep, but surely in the next. */
  private static final long SHORTEST_WAIT = SWEEP.toNanos() / 2;

  /** A time that can be counted with. */
  private static final long LONGEST_WAIT = Duration.ofDays(1).toNanos();

  /** How long after the last is sent away answers are waited for that clients still get. */
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(3);

  /** So many are looked after before other work of the event loop has its turn. */
  private static final int AT_ONCE = 500;

  private final Vertx vertx;
  private final Time time;
  private final IntSupplier banVersion;
  private final List<Connection> open = new ArrayList<>();

  /** When each connection, by its index, is to be looked after; never later than it must be. */
  private long[] due = new long[16];

  /** Of the bans that all are, or are about to be, held against. */
  private int knownBans;

  /** When it was last seen to what was due. */
  private long swept;

  /** Whether a sweep goes on in another turn of the event loop. */
  private boolean isBehind;

  private final long sweeper;
  private @Nullable Promise<Void> drained;

  /** When nobody is waited for any more; set while draining. */
  private long drainedBy;

  /**
   * @param banVersion another one each time that somebody may be banned who was not before
   */
  public Connections(Vertx vertx, Time time, IntSupplier banVersion) {
    this.vertx = vertx;
    this.time = time;
    this.banVersion = banVersion;
    this.swept = time.nanos();
    this.sweeper = vertx.setPeriodic(SWEEP.toMillis(), tick -> tick());
  }

  public int size() {
    return open.size();
  }

  void add(Connection connection) {
    connection.index = open.size();
    open.add(connection);
    if (due.length < open.size()) {
      due = Arrays.copyOf(due, 2 * due.length);
    }
    due[connection.index] = swept;
    if (drained != null) {
      // Admitted just before.
      connection.drainAt(time.nanos(), drainedBy);
    }
  }

  /** The last one takes the place of the one that goes, so that nothing has to move up. */
  void remove(Connection connection) {
    Connection last = open.remove(open.size() - 1);
    if (last != connection) {
      open.set(connection.index, last);
      due[connection.index] = due[last.index];
      last.index = connection.index;
    }
    if (open.isEmpty() && drained != null) {
      drained.tryComplete();
    }
  }

  /**
   * Closes all connections as {@code SHUTTING_DOWN}, spread evenly so that they don't come back all
   * at once; completes when the last one is gone. One that waits for an answer, or owes one, has
   * until {@link #ANSWERED_WITHIN} after the last.
   */
  public Future<Void> drain(Duration over) {
    Promise<Void> promise = Promise.promise();
    drained = promise;
    long now = time.nanos();
    drainedBy = now + over.plus(ANSWERED_WITHIN).toNanos();
    int count = open.size();
    for (int i = 0; i < count; i++) {
      open.get(i).drainAt(now + over.toNanos() / count * i, drainedBy);
    }
    if (count == 0) {
      promise.complete();
    } else {
      tick();
    }
    return promise.future();
  }

  /** Stops the timer; to be called when the last connection is gone. */
  public void close() {
    vertx.cancelTimer(sweeper);
  }

  /** Something is due at this time at the latest. */
  void dueBy(Connection connection, long nanos) {
    if (nanos - due[connection.index] < 0) {
      due[connection.index] = nanos;
    }
  }

  /** Something may be due at any time. */
  void dueNow(Connection connection) {
    dueBy(connection, swept);
  }

  private void tick() {
    if (!isBehind) {
      sweep();
    }
  }

  /** From the end, since a connection may remove itself meanwhile. */
  private void sweep() {
    long now = time.nanos();
    swept = now;
    int bans = banVersion.getAsInt();
    if (bans != knownBans) {
      knownBans = bans;
      Arrays.fill(due, 0, open.size(), now);
    }
    int left = AT_ONCE;
    for (int i = open.size() - 1; i >= 0 && left > 0; i--) {
      if (i < open.size() && now - due[i] >= 0) {
        lookAfter(open.get(i), now);
        left--;
      }
    }
    isBehind = left == 0;
    if (isBehind) {
      vertx.runOnContext(turn -> sweep());
    }
  }

  private void lookAfter(Connection connection, long now) {
    connection.tick(now);
    if (connection.index < open.size() && open.get(connection.index) == connection) {
      long left = Math.max(SHORTEST_WAIT, Math.min(LONGEST_WAIT, connection.nanosUntilDue(now)));
      due[connection.index] = now + left;
    }
  }
}
