package io.drawbridge.guard;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes the ids that tie what a peer was told to its line in the error log: UUID version 7 (RFC
 * 9562 §5.7), so that they sort by time and need no coordination between edges.
 */
final class ErrorIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final RandomGenerator random;

  ErrorIds(RandomGenerator random) {
    this.random = random;
  }

  ErrorIds() {
    this(new SecureRandom());
  }

  String next(Instant at) {
    long high = at.toEpochMilli() << 16 | VERSION_7 | (random.nextInt() & 0xFFF);
    long low = VARIANT | random.nextLong() >>> 2;
    return new UUID(high, low).toString();
  }
}
