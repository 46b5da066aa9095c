package io.drawbridge.deploy.connect;

import io.drawbridge.guard.ErrorKind;
import io.drawbridge.wire.CloseCode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection (RFC 6455 §7.1.5, §7.1.6), or a handshake that was refused, in words.
 *
 * @param code of the Close frame; 1006 where there was none; an HTTP status for a refusal; 0 for no
 *     connection
 * @param reason as it came
 */
record Ending(int code, String reason) {
  private static final String NO_CONNECTION = "no connection";

  /** Our own reasons: a name, then when to come back, then the id in the error log. */
  private static final Pattern OURS =
      Pattern.compile("([A-Z_]+)(?:: .*?)?(?: \\[retry (\\d{1,9})s])?(?: \\[ref ([\\w-]+)])?");

  /** Whether it was not as it should be. */
  boolean isFailure() {
    return code != CloseCode.NORMAL && code != CloseCode.GOING_AWAY && code != CloseCode.NO_STATUS;
  }

  /** For a prompt: the code, and our name where there is one. */
  String brief() {
    if (code == 0) {
      return NO_CONNECTION;
    }
    ErrorKind kind = kind();
    return "closed " + (kind == null ? Integer.toString(code) : code + " " + kind);
  }

  /** For a line of its own: what happened, and what to do. */
  String explained() {
    if (code == 0) {
      return NO_CONNECTION + said();
    }
    ErrorKind kind = kind();
    if (kind == null) {
      String words = words();
      return "closed " + code + (words.isEmpty() ? "" : ", " + words) + said();
    }
    return "closed "
        + code
        + " "
        + Printable.shown(reason)
        + ": "
        + kind.words()
        + ". "
        + advice(kind);
  }

  private String said() {
    return reason.isEmpty() ? "" : ": " + Printable.shown(reason);
  }

  private @Nullable ErrorKind kind() {
    var ours = OURS.matcher(reason);
    if (ours.matches()) {
      for (ErrorKind kind : ErrorKind.values()) {
        if (kind.name().equals(ours.group(1))) {
          return kind;
        }
      }
    }
    return null;
  }

  private String advice(ErrorKind kind) {
    var ours = OURS.matcher(reason);
    String seconds = ours.matches() ? ours.group(2) : null;
    String when = seconds == null ? "" : " in " + seconds + " s";
    return switch (kind) {
      case TOKEN_EXPIRED -> "Come back with a new token.";
      case INVALID_TOKEN ->
          "Another token is needed; the error log says what is wrong with this one.";
      case AUTH_TIMEOUT ->
          "Come back%s and bring a token: --token, --token-file or --user.".formatted(when);
      case SESSION_REVOKED -> "Sign in again; this token will not do.";
      case SESSION_REPLACED -> "The user signed in elsewhere: do not come back by yourself.";
      case RATE_LIMITED -> "Come back%s, and send less.".formatted(when);
      case SLOW_CONSUMER -> "Come back%s, and read faster.".formatted(when);
      case ORIGIN_DENIED, ADDRESS_DENIED -> "Only the server's operator can change that.";
      default ->
          kind.temporary()
              ? "Come back" + when + "."
              : "The same would fail again: change it first.";
    };
  }

  private String words() {
    return switch (code) {
      case CloseCode.NORMAL -> "done";
      case CloseCode.GOING_AWAY -> "the other side goes away";
      case CloseCode.PROTOCOL_ERROR -> "protocol error";
      case CloseCode.UNSUPPORTED_DATA -> "this kind of message is not taken";
      case CloseCode.NO_STATUS -> "no code given";
      case CloseCode.ABNORMAL -> "connection lost without a close";
      case CloseCode.INVALID_PAYLOAD -> "text was not UTF-8";
      case CloseCode.POLICY_VIOLATION -> "against the server's rules";
      case CloseCode.MESSAGE_TOO_BIG -> "message too big";
      case CloseCode.INTERNAL_ERROR -> "the server failed";
      case CloseCode.SERVICE_RESTART -> "the server restarts: come back";
      case CloseCode.TRY_AGAIN_LATER -> "the server is busy: come back later";
      case CloseCode.UNAUTHORIZED -> "unauthorized";
      case CloseCode.FORBIDDEN -> "forbidden";
      case CloseCode.TIMEOUT -> "timeout";
      default -> code < 1000 ? "the handshake was refused" : "";
    };
  }
}
