package io.drawbridge.connection;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.Rate;
import io.drawbridge.guard.Gcra;
import io.drawbridge.guard.Lease;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one connection may send now: its own messages and bytes a second, and the permits borrowed
 * for its user or address. Takes from all or from none. Decides only.
 *
 * <p>The burst of a rate is one second of it; of the bytes, at least one message of the full size.
 */
final class Allowance {
  /** How many control frames pass where messages are not limited: no honest peer needs as many. */
  private static final Rate CONTROL_FRAMES = new Rate(100, Duration.ofSeconds(1));

  private final @Nullable Gcra messages;
  private final @Nullable Gcra bytes;

  /** The messages' own, or one apart where those have none. */
  private final Gcra control;

  private @Nullable Lease lease;

  Allowance(LimitSettings limits, long now) {
    messages = bucket(limits.messages(), 0, now);
    bytes = bucket(limits.bytes(), limits.messageSize(), now);
    control =
        messages == null ? new Gcra(CONTROL_FRAMES, CONTROL_FRAMES.perSecond(), now) : messages;
  }

  private static @Nullable Gcra bucket(Rate rate, long leastBurst, long now) {
    return rate.unlimited()
        ? null
        : new Gcra(rate, Math.max((double) leastBurst, rate.perSecond()), now);
  }

  void lease(@Nullable Lease lease) {
    this.lease = lease;
  }

  /** Takes what one message of this length needs. */
  Lease.Answer take(int length, long now) {
    if (messages != null && !messages.takeAll(1, now)) {
      return Lease.Answer.EXHAUSTED;
    }
    if (bytes != null && !bytes.takeAll(length, now)) {
      giveBack(0);
      return Lease.Answer.EXHAUSTED;
    }
    Lease.Answer answer = lease == null ? Lease.Answer.GRANTED : lease.take(now);
    if (answer != Lease.Answer.GRANTED) {
      giveBack(length);
    }
    return answer;
  }

  /**
   * Takes what a control frame needs: it counts as a message, and is too small to count in bytes.
   */
  Lease.Answer takeControl(long now) {
    return control.takeAll(1, now) ? Lease.Answer.GRANTED : Lease.Answer.EXHAUSTED;
  }

  /** Nanoseconds until a message of this length may pass, as far as can be known here. */
  long nanosUntil(int length, long now) {
    long wait = messages == null ? 0 : messages.nanosUntil(1, now);
    wait = Math.max(wait, bytes == null ? 0 : bytes.nanosUntil(length, now));
    return Math.max(wait, lease == null ? 0 : lease.nanosUntilNext(now));
  }

  /** Nanoseconds until a control frame may pass. */
  long nanosUntilControl(long now) {
    return control.nanosUntil(1, now);
  }

  private void giveBack(int length) {
    if (messages != null) {
      messages.giveBack(1);
    }
    if (bytes != null) {
      bytes.giveBack(length);
    }
  }
}
