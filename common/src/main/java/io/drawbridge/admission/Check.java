package io.drawbridge.admission;

/** One reason why a handshake may be refused. */
@FunctionalInterface
public interface Check {
  Verdict check(Handshake handshake);
}
