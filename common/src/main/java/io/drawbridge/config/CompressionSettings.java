package io.drawbridge.config;

/**
 * Per-message deflate (RFC 7692).
 *
 * @param contextTakeover whether a connection keeps what its messages have in common for the next
 *     ones: smaller, for about 300 KiB of memory a connection
 * @param level 1 (fast) to 9 (small)
 * @param maxRatio how many times its size a message may inflate to; {@link Integer#MAX_VALUE} for
 *     unlimited
 */
public record CompressionSettings(
    boolean enabled, boolean contextTakeover, int level, int maxRatio) {

  static CompressionSettings from(Section compression) {
    return new CompressionSettings(
        compression.read("enabled", Values::flag),
        compression.read("contextTakeover", Values::flag),
        compression.read("level", Values.number(1, 9)),
        compression.read("maxRatio", Quantities::smallCount));
  }
}
