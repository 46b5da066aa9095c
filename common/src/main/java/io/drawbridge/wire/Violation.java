package io.drawbridge.wire;

/**
 * Why a peer's bytes are refused: always final, the decoder reads nothing after it.
 *
 * @param kind which of the close codes it earns
 * @param detail what was wrong, in our words alone: never anything that the peer sent
 */
public record Violation(Kind kind, String detail) {

  /** The ways to break the protocol, each with a close code of its own (RFC 6455 §7.4.1). */
  public enum Kind {
    /** Not RFC 6455 (close code 1002). */
    PROTOCOL_ERROR,
    /** Text, or a close reason, that is not UTF-8 (close code 1007). */
    INVALID_UTF8,
    /** Over one of {@link WireLimits} (close code 1009). */
    MESSAGE_TOO_BIG
  }

  static Violation protocol(String detail) {
    return new Violation(Kind.PROTOCOL_ERROR, detail);
  }

  static Violation utf8(String detail) {
    return new Violation(Kind.INVALID_UTF8, detail);
  }

  static Violation tooBig(String detail) {
    return new Violation(Kind.MESSAGE_TOO_BIG, detail);
  }
}
