package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ordered list of checks that a handshake passes. */
public final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final List<Check> checks;

  /**
   * @param checks the cheapest first
   */
  public Admission(Check... checks) {
    this.checks = List.of(checks);
  }

  /** The first refusal, or admission. A check that throws refuses: a fault never opens the gate. */
  public Verdict judge(Handshake handshake) {
    try {
      for (Check check : checks) {
        if (check.check(handshake) instanceof Verdict.Refused refused) {
          return refused;
        }
      }
      return Verdict.ADMITTED;
    } catch (RuntimeException e) {
      LOG.error("a check of admission failed", e);
      return Verdict.refused(ErrorKind.INTERNAL_ERROR, ErrorKind.INTERNAL_ERROR.words());
    }
  }
}
