package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections this node has, over all its edges. Thread-safe: the one thing that edges on
 * different event loops share.
 */
public final class Capacity {
  private final AtomicLong open = new AtomicLong();

  public long open() {
    return open.get();
  }

  /** A check that refuses at {@code most} open connections, and otherwise takes the place. */
  public Check check(long most) {
    return handshake -> {
      if (open.incrementAndGet() <= most) {
        return Verdict.ADMITTED;
      }
      leave();
      return Verdict.refused(ErrorKind.CONNECTION_LIMIT, ErrorKind.CONNECTION_LIMIT.words());
    };
  }

  /** Gives a place back: once for each handshake that the check has admitted. */
  public void leave() {
    open.decrementAndGet();
  }
}
