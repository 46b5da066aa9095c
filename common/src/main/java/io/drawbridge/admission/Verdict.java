package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.Map;

/** What a check says of a handshake. */
public sealed interface Verdict {

  Verdict ADMITTED = new Admitted();

  /** Nothing speaks against it. */
  record Admitted() implements Verdict {}

  /**
   * It is answered with an HTTP status.
   *
   * @param kind the error that is logged
   * @param status the HTTP status
   * @param detail what was wrong, for the answer and the log; our words alone
   * @param headers what the status asks for besides, such as {@code Allow}
   * @param retryAfter when to come back; zero where waiting does not help
   */
  record Refused(
      ErrorKind kind, int status, String detail, Map<String, String> headers, Duration retryAfter)
      implements Verdict {

    public Refused {
      headers = Map.copyOf(headers);
    }
  }

  /** Refuses with the kind's own status and advice. */
  static Refused refused(ErrorKind kind, String detail) {
    return new Refused(kind, kind.httpStatus(), detail, Map.of(), kind.retryAfter());
  }
}
