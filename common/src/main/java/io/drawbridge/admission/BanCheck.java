package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Peer;
import java.time.Duration;
import java.util.Map;

/** Is the client's address banned? Tells for how much longer. */
public final class BanCheck implements Check {
  private final Guard guard;

  public BanCheck(Guard guard) {
    this.guard = guard;
  }

  @Override
  public Verdict check(Handshake handshake) {
    Duration left = guard.bannedFor(Peer.of(handshake.peer()));
    ErrorKind kind = ErrorKind.BANNED;
    return left.isZero()
        ? Verdict.ADMITTED
        : new Verdict.Refused(kind, kind.httpStatus(), kind.words(), Map.of(), left);
  }
}
