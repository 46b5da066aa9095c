package io.drawbridge.admission;

import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.Edge;
import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.Map;

/** May this address have one more connection now? One that is admitted is counted. */
public final class ConnectRateCheck implements Check {
  private final ConnectRates rates;
  private final Edge edge;

  /**
   * @param edge whose limit it is
   */
  public ConnectRateCheck(ConnectRates rates, Edge edge) {
    this.rates = rates;
    this.edge = edge;
  }

  @Override
  public Verdict check(Handshake handshake) {
    Duration wait = rates.take(edge, handshake.peer());
    if (wait.isZero()) {
      return Verdict.ADMITTED;
    }
    // While we can't tell, it is no fault of the client's, and no strike.
    ErrorKind kind =
        rates.refusesAll(edge, handshake.peer())
            ? ErrorKind.INTERNAL_ERROR
            : ErrorKind.CONNECTION_RATE;
    return new Verdict.Refused(kind, kind.httpStatus(), kind.words(), Map.of(), wait);
  }
}
