package io.drawbridge.wire;

/**
 * Close codes of RFC 6455 §7.4 and of the IANA "WebSocket Close Code Number" registry that this
 * server sends or judges.
 */
public final class CloseCode {
  public static final int NORMAL = 1000;
  public static final int GOING_AWAY = 1001;
  public static final int PROTOCOL_ERROR = 1002;
  public static final int UNSUPPORTED_DATA = 1003;

  /** A Close frame without a code. Never on the wire. */
  public static final int NO_STATUS = 1005;

  /** The connection ended without a Close frame. Never on the wire. */
  public static final int ABNORMAL = 1006;

  public static final int INVALID_PAYLOAD = 1007;
  public static final int POLICY_VIOLATION = 1008;
  public static final int MESSAGE_TOO_BIG = 1009;
  public static final int INTERNAL_ERROR = 1011;
  public static final int SERVICE_RESTART = 1012;
  public static final int TRY_AGAIN_LATER = 1013;
  private static final int BAD_GATEWAY = 1014;

  public static final int UNAUTHORIZED = 3000;
  public static final int FORBIDDEN = 3003;
  public static final int TIMEOUT = 3008;

  private static final int MANDATORY_EXTENSION = 1010;
  private static final int FIRST_REGISTERED = 3000;
  private static final int LAST_PRIVATE = 4999;

  private CloseCode() {}

  /**
   * Whether a Close frame may carry this code: the defined ones, the registered range 3000 to 3999
   * and the private range 4000 to 4999 (RFC 6455 §7.4.2). 1004, 1005, 1006 and 1015 are reserved.
   */
  public static boolean isValid(int code) {
    return switch (code) {
      case NORMAL,
              GOING_AWAY,
              PROTOCOL_ERROR,
              UNSUPPORTED_DATA,
              INVALID_PAYLOAD,
              POLICY_VIOLATION,
              MESSAGE_TOO_BIG,
              MANDATORY_EXTENSION,
              INTERNAL_ERROR,
              SERVICE_RESTART,
              TRY_AGAIN_LATER,
              BAD_GATEWAY ->
          true;
      default -> code >= FIRST_REGISTERED && code <= LAST_PRIVATE;
    };
  }
}
