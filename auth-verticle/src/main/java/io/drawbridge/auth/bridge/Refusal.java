package io.drawbridge.auth.bridge;

import io.drawbridge.guard.ErrorKind;
import io.vertx.core.eventbus.ReplyException;
import org.jspecify.annotations.Nullable;

/**
 * Why an envelope was refused, or what became of its request.
 *
 * @param code the {@code failureCode}: the kind's, but for a service's own
 * @param word for programs, the Vert.x bridge's own where it has one; empty for what the event bus
 *     answered
 * @param message words for a person
 * @param detail for the log: our words alone
 * @param pointer where in the body the fault is (RFC 6901); null where it is in none
 */
record Refusal(
    ErrorKind kind,
    int code,
    String word,
    String message,
    String detail,
    @Nullable String pointer) {

  private Refusal(ErrorKind kind, int code, String word, String message) {
    this(kind, code, word, message, word, null);
  }

  Refusal(ErrorKind kind, String word, String message) {
    this(kind, kind.failureCode(), word, message);
  }

  static Refusal of(Rules.Denied denied) {
    ErrorKind kind = ErrorKind.ACCESS_DENIED;
    return new Refusal(kind, kind.failureCode(), "access_denied", kind.words(), denied.why(), null);
  }

  /** The log is told where in the schema, since names in the body are the client's. */
  static Refusal of(Rules.BadBody bad) {
    ErrorKind kind = ErrorKind.INVALID_BODY;
    String message = bad.pointer().isEmpty() ? bad.message() : bad.pointer() + ": " + bad.message();
    String detail = bad.rule() + ".schema" + bad.keyword();
    return new Refusal(kind, kind.failureCode(), "invalid_body", message, detail, bad.pointer());
  }

  static Refusal invalid(String word, String message) {
    return new Refusal(ErrorKind.INVALID_MESSAGE, word, message);
  }

  static Refusal tooMany(String message) {
    return new Refusal(ErrorKind.RATE_LIMITED, "rate_limited", message);
  }

  /** What became of a request; a service's own words are meant for its client. */
  static Refusal of(Throwable cause) {
    if (!(cause instanceof ReplyException failure)) {
      return ofBus(ErrorKind.INTERNAL_ERROR);
    }
    return switch (failure.failureType()) {
      case TIMEOUT -> ofBus(ErrorKind.TIMEOUT);
      case NO_HANDLERS -> ofBus(ErrorKind.NO_HANDLERS);
      default -> {
        String words = failure.getMessage();
        yield new Refusal(
            ErrorKind.RECIPIENT_FAILURE,
            failure.failureCode(),
            "",
            words == null ? ErrorKind.RECIPIENT_FAILURE.words() : words);
      }
    };
  }

  /** The reply can't follow a session to another process. */
  static Refusal moved() {
    return new Refusal(
        ErrorKind.TIMEOUT, "", "The session has moved, and the reply can't follow: ask again");
  }

  private static Refusal ofBus(ErrorKind kind) {
    return new Refusal(kind, "", kind.words());
  }
}
