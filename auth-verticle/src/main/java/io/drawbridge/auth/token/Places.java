package io.drawbridge.auth.token;

import java.util.concurrent.atomic.AtomicInteger;

/** How many of something may be under way at once, over all threads. */
final class Places {
  private final int most;
  private final AtomicInteger taken = new AtomicInteger();

  Places(int most) {
    this.most = most;
  }

  /** Takes one; false where all are taken. */
  boolean enter() {
    if (taken.incrementAndGet() <= most) {
      return true;
    }
    taken.decrementAndGet();
    return false;
  }

  void leave() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }
}
