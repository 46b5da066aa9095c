package io.drawbridge.guard;

import io.drawbridge.wire.CloseCode;
import java.time.Duration;

/**
 * Every way in which something is refused or goes wrong, with what its peer is told: a code for
 * each form of answer, words, and whether to come back. One name is used in answers, in the error
 * log and in metrics.
 */
public enum ErrorKind {
  BAD_HANDSHAKE(400, 0, 0, false, "Not a WebSocket handshake"),
  ORIGIN_DENIED(403, 0, 0, false, "This Origin may not connect"),
  ADDRESS_DENIED(403, 0, 0, false, "This address may not connect"),
  BANNED(403, CloseCode.FORBIDDEN, 0, true, "Banned for now"),
  CONNECTION_RATE(429, 0, 0, true, "Too many new connections"),
  CONNECTION_LIMIT(503, CloseCode.TRY_AGAIN_LATER, 0, true, "Too many open connections"),
  PROTOCOL_ERROR(0, CloseCode.PROTOCOL_ERROR, 0, false, "WebSocket protocol violated"),
  UNSUPPORTED_DATA(0, CloseCode.UNSUPPORTED_DATA, 0, false, "This kind of message is not taken"),
  INVALID_UTF8(0, CloseCode.INVALID_PAYLOAD, 0, false, "Text is not UTF-8"),
  MESSAGE_TOO_BIG(0, CloseCode.MESSAGE_TOO_BIG, 0, false, "Message too big"),
  RATE_LIMITED(0, CloseCode.TRY_AGAIN_LATER, 429, true, "Too many messages"),
  SLOW_CONSUMER(0, CloseCode.POLICY_VIOLATION, 0, true, "Messages are not read fast enough"),
  IDLE_TIMEOUT(0, CloseCode.TIMEOUT, 0, true, "No answer to a ping"),
  AUTH_TIMEOUT(0, CloseCode.TIMEOUT, 0, true, "No token in time"),
  INVALID_TOKEN(401, CloseCode.UNAUTHORIZED, 401, false, "Invalid Token"),
  TOKEN_EXPIRED(401, CloseCode.UNAUTHORIZED, 401, true, "Token Expired"),
  SESSION_REVOKED(0, CloseCode.FORBIDDEN, 0, false, "Session revoked"),
  SESSION_REPLACED(0, CloseCode.FORBIDDEN, 0, false, "A newer session took its place"),
  INVALID_MESSAGE(0, 0, 400, false, "Invalid message"),
  INVALID_BODY(0, 0, 422, false, "Invalid body"),
  ACCESS_DENIED(0, 0, 403, false, "Access denied"),
  CONNECTION_LOST(0, 0, 0, false, "Connection lost"),
  SHUTTING_DOWN(503, CloseCode.SERVICE_RESTART, 0, true, "Shutting down"),
  INTERNAL_ERROR(500, CloseCode.INTERNAL_ERROR, 500, true, "Internal error"),

  // What the event bus itself answers, by the names that the Vert.x bridge gives them.
  TIMEOUT(0, 0, -1, true, "No reply in time"),
  NO_HANDLERS(0, 0, -1, true, "Nobody serves this address"),
  RECIPIENT_FAILURE(0, 0, -1, false, "The service failed the request");

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int httpStatus;
  private final int closeCode;
  private final int failureCode;
  private final boolean temporary;
  private final String words;

  ErrorKind(int httpStatus, int closeCode, int failureCode, boolean temporary, String words) {
    this.httpStatus = httpStatus;
    this.closeCode = closeCode;
    this.failureCode = failureCode;
    this.temporary = temporary;
    this.words = words;
  }

  /** The status of a refusal before the upgrade; 0 where there is none. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The code of the Close frame (RFC 6455 §7.4); 0 where it never closes. */
  public int closeCode() {
    return closeCode;
  }

  /** The {@code failureCode} of an {@code err} envelope; 0 where it never stands in one. */
  public int failureCode() {
    return failureCode;
  }

  /** Whether the same may succeed later without a change by the client. */
  public boolean temporary() {
    return temporary;
  }

  /**
   * Whether it counts towards a ban. {@link #RATE_LIMITED} does where it closed the connection: a
   * client that is held back and bears it has done nothing wrong.
   */
  boolean isStrike() {
    return switch (this) {
      case BAD_HANDSHAKE,
              ORIGIN_DENIED,
              CONNECTION_RATE,
              PROTOCOL_ERROR,
              INVALID_UTF8,
              MESSAGE_TOO_BIG,
              RATE_LIMITED,
              AUTH_TIMEOUT,
              INVALID_TOKEN,
              INVALID_MESSAGE,
              INVALID_BODY,
              ACCESS_DENIED ->
          true;
      default -> false;
    };
  }

  /** What the peer is told where nothing more exact is known. */
  public String words() {
    return words;
  }

  /** The least that a client should wait, where waiting helps and no better figure is known. */
  public Duration retryAfter() {
    return temporary ? RETRY_AFTER : Duration.ZERO;
  }
}
