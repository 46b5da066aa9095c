package io.drawbridge.guard;

import io.drawbridge.config.Rate;
import io.drawbridge.config.WhenGuardSilent;
import java.time.Duration;

/** A lease whose guard answers when a test says so. */
public final class TestLease {
  private final Lease lease =
      new Lease(
          "messages",
          "user:test",
          Rate.parse("100/s"),
          WhenGuardSilent.SHARE,
          new Lease.Source() {
            @Override
            public void ask(Lease asking, long want) {
              // The test answers.
            }

            @Override
            public boolean silentFor(Lease lease) {
              return false;
            }

            @Override
            public int edges() {
              return 1;
            }
          });

  public Lease lease() {
    return lease;
  }

  /** The guard's answer: so many permits, for one second. */
  public void grant(long permits, long now) {
    lease.granted(permits, Duration.ofSeconds(1), now);
  }

  /** The guard's answer: none. */
  public void refuse(long retryAfterNanos, long now) {
    lease.refused(Duration.ofNanos(retryAfterNanos), now);
  }
}
