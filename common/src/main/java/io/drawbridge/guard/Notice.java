package io.drawbridge.guard;

import io.drawbridge.wire.FrameEncoder;
import java.time.Duration;

/**
 * What a peer is told of an error. The id stands in the error log too; nothing else of the inside
 * is told: no class, no stack trace, no reason that a stranger could use.
 *
 * @param kind the error
 * @param message words for a person
 * @param retryAfter when to come back; zero where waiting does not help
 * @param id ties the words to a line of the error log
 */
public record Notice(ErrorKind kind, String message, Duration retryAfter, String id) {

  /** A text message, where the connection goes on. */
  public String line() {
    return "Error: " + message + " [ref " + id + "]";
  }

  /** The reason of a Close frame; at most {@link FrameEncoder#MAX_REASON} bytes of ASCII. */
  public String closeReason() {
    return kind.name() + retry() + " [ref " + id + "]";
  }

  /** The body of an HTTP refusal. */
  public String body() {
    return kind.name() + ": " + message + " [ref " + id + "]\n";
  }

  /** Whole seconds, rounded up, as HTTP's {@code Retry-After} wants them; 0 for no advice. */
  public long retryAfterSeconds() {
    return retryAfter.plusNanos(Duration.ofSeconds(1).toNanos() - 1).toSeconds();
  }

  private String retry() {
    return retryAfter.isZero() ? "" : " [retry " + retryAfterSeconds() + "s]";
  }
}
