package io.drawbridge.guard;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks, handed in from outside so that a test can turn them by hand.
 *
 * @param wall what stands in logs and tokens; may jump
 * @param monotonic nanoseconds from an arbitrary start, for everything that waits or counts; never
 *     jumps
 */
public record Time(InstantSource wall, LongSupplier monotonic) {

  /** The clocks of the machine; the only place that reads them. */
  public static Time system() {
    return new Time(InstantSource.system(), System::nanoTime);
  }

  public Instant now() {
    return wall.instant();
  }

  public long nanos() {
    return monotonic.getAsLong();
  }
}
