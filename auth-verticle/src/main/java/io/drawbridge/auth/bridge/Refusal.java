package io.drawbridge.auth.bridge;

import io.drawbridge.guard.ErrorKind;
import io.vertx.core.eventbus.ReplyException;

/**
 * Why an envelope was refused, or what became of its request.
 *
 * @param code the {@code failureCode}: the kind's, but for a service's own
 * @param word for programs, the Vert.x bridge's own where it has one; empty for what the event bus
 *     answered
 * @param message words for a person
 */
record Refusal(ErrorKind kind, int code, String word, String message) {
  static final Refusal DENIED =
      new Refusal(ErrorKind.ACCESS_DENIED, "access_denied", ErrorKind.ACCESS_DENIED.words());

  Refusal(ErrorKind kind, String word, String message) {
    this(kind, kind.failureCode(), word, message);
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

  private static Refusal ofBus(ErrorKind kind) {
    return new Refusal(kind, "", kind.words());
  }
}
