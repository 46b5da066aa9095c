package io.drawbridge.config;

import java.nio.file.Path;

/**
 * The error log.
 *
 * @param log the file; rolled files stand beside it
 * @param maxFileSize bytes at which it is rolled; {@link LimitSettings#UNLIMITED} for never
 * @param maxHistory days of rolled files that are kept; 1 to 10,000
 * @param perPeerPerMinute full lines for one kind of error and one peer; the rest is counted;
 *     {@link Integer#MAX_VALUE} for unlimited
 */
public record GuardSettings(Path log, long maxFileSize, int maxHistory, int perPeerPerMinute) {

  static GuardSettings from(Section guard) {
    return new GuardSettings(
        guard.read("log", Values::path),
        guard.read("maxFileSize", Quantities::size),
        guard.read("maxHistory", Values.number(1, 10_000)),
        guard.read("perPeerPerMinute", Quantities::smallCount));
  }
}
