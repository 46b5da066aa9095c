package io.drawbridge.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clocks that stand still until a test turns them; both turn together.
 *
 * <p>The monotonic one starts a second before it overflows, as {@link System#nanoTime} may: whoever
 * compares its readings without subtracting them fails.
 */
public final class ManualTime {
  private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
  private static final long START_NANOS = Long.MAX_VALUE - 1_000_000_000L;

  private final AtomicLong turned = new AtomicLong();

  public Time time() {
    return new Time(this::now, this::nanos);
  }

  public Instant now() {
    return START.plusNanos(turned.get());
  }

  public long nanos() {
    return START_NANOS + turned.get();
  }

  public void advance(Duration by) {
    advanceNanos(by.toNanos());
  }

  public void advanceNanos(long by) {
    turned.addAndGet(by);
  }
}
