package io.drawbridge.auth.bridge;

import io.drawbridge.connection.Connection;
import io.vertx.core.Context;
import java.util.ArrayDeque;

/**
 * Writes what was gathered for connections at the end of the event loop's turn: with one write
 * each, however many messages came for it. To be used on its event loop.
 */
final class Turn {
  /** So many are written to before other work of the event loop has its turn. */
  private static final int AT_ONCE = 256;

  private final Context context;

  /** At most as many as there are connections: each is added once until it is flushed. */
  private final ArrayDeque<Gathering> gathering = new ArrayDeque<>();

  private boolean due;

  Turn(Context context) {
    this.context = context;
  }

  /** One connection's part. */
  static final class Gathering {
    private final Connection connection;
    private boolean waits;

    Gathering(Connection connection) {
      this.connection = connection;
    }
  }

  /** Something was gathered for it. */
  void add(Gathering more) {
    if (more.waits) {
      return;
    }
    more.waits = true;
    gathering.add(more);
    if (!due) {
      due = true;
      context.runOnContext(end -> flush());
    }
  }

  private void flush() {
    for (int i = 0; i < AT_ONCE; i++) {
      Gathering next = gathering.poll();
      if (next == null) {
        break;
      }
      next.waits = false;
      next.connection.flush();
    }
    due = !gathering.isEmpty();
    if (due) {
      context.runOnContext(end -> flush());
    }
  }
}
