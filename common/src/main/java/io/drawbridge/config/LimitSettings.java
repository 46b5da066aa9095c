package io.drawbridge.config;

import java.time.Duration;

/**
 * The bounds on what clients may use. Counts and sizes are at least 1, and {@link #UNLIMITED} where
 * the operator wrote {@code unlimited}; durations are more than zero, and {@link #FOREVER} there.
 *
 * @param frameSize bytes; at most {@link #LARGEST_MESSAGE}
 * @param messageSize bytes, after inflating; at most {@link #LARGEST_MESSAGE}
 * @param fragments frames of one message
 * @param messages of one connection
 * @param bytes of one connection
 * @param keyMessages of one user, or of one address on the echo edge, cluster-wide
 * @param connectRate new connections of one address
 * @param connectBurst new connections of one address at once
 * @param connectionsPerAddress open at once
 * @param connections open at once on this node
 * @param handshake longest time from the first byte to the upgrade
 * @param outbound bytes queued for one connection
 * @param ping how often a quiet connection is pinged
 * @param pong longest wait for the answer to a ping
 * @param onLimit what happens over {@code messages}, {@code bytes} or {@code keyMessages}
 * @param throttledFor longest time throttled before the connection is closed
 * @param whenGuardSilent what happens to {@code keyMessages} while no guard answers
 */
public record LimitSettings(
    long frameSize,
    long messageSize,
    long fragments,
    Rate messages,
    Rate bytes,
    Rate keyMessages,
    Rate connectRate,
    long connectBurst,
    long connectionsPerAddress,
    long connections,
    Duration handshake,
    long outbound,
    Duration ping,
    Duration pong,
    OnLimit onLimit,
    Duration throttledFor,
    WhenGuardSilent whenGuardSilent) {

  /** The value of a count or size without a limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /**
   * The largest frame or message in bytes, which is what {@code unlimited} means for them: one
   * buffer holds a whole message, and leaves room for its header.
   */
  public static final long LARGEST_MESSAGE = Integer.MAX_VALUE - 64 * 1024;

  /** The longest duration, 36,500 days: it still fits a timer that counts nanoseconds. */
  public static final Duration FOREVER = Quantities.LONGEST;

  static LimitSettings from(Section limits) {
    return new LimitSettings(
        limits.read("frameSize", Quantities::messageSize),
        limits.read("messageSize", Quantities::messageSize),
        limits.read("fragments", Quantities::count),
        limits.read("messages", Quantities::rate),
        limits.read("bytes", Quantities::byteRate),
        limits.read("keyMessages", Quantities::rate),
        limits.read("connectRate", Quantities::rate),
        limits.read("connectBurst", Quantities::count),
        limits.read("connectionsPerAddress", Quantities::count),
        limits.read("connections", Quantities::count),
        limits.read("handshake", Quantities::limitDuration),
        limits.read("outbound", Quantities::size),
        limits.read("ping", Quantities::limitDuration),
        limits.read("pong", Quantities::limitDuration),
        limits.read("onLimit", Values.word(OnLimit.class)),
        limits.read("throttledFor", Quantities::limitDuration),
        limits.read("whenGuardSilent", Values.word(WhenGuardSilent.class)));
  }
}
