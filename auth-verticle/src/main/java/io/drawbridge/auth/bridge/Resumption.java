package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.config.SessionSettings;
import io.drawbridge.guard.Time;
import java.time.Duration;

/**
 * On what terms clients may come back.
 *
 * @param settings for how long, and what is kept for each
 * @param sessions of the process; one whose client is away stays among them
 * @param time tells when a token ends
 * @param leeway after a token's end
 * @param mostParked of how many the client may be away at once
 */
public record Resumption(
    SessionSettings settings,
    SessionRegistry sessions,
    Time time,
    Duration leeway,
    long mostParked) {

  /**
   * What a client is told that asked for it.
   *
   * @param ticket good once, for this user
   * @param within how long after its connection was lost
   * @param resumed whether this is its old session
   * @param lost how many envelopes it will not get; 0 unless resumed, {@link #UNKNOWN} where nobody
   *     knows
   */
  public record Offer(String ticket, Duration within, boolean resumed, long lost) {
    static final long UNKNOWN = -1;

    Offer resumed(long lostOnes) {
      return new Offer(ticket, within, true, lostOnes);
    }
  }
}
