package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Is it a WebSocket handshake to the letter of RFC 6455 §4.2.1? */
public final class UpgradeCheck implements Check {
  /** The only version of the protocol that this server speaks. */
  static final String VERSION = "13";

  private static final int KEY_BYTES = 16;
  private static final int KEY_LENGTH = 24;
  private static final Map<String, String> UPGRADE =
      Map.of(
          "Upgrade", "websocket", "Connection", "Upgrade, close", "Sec-WebSocket-Version", VERSION);

  /**
   * The path of §3 without a fragment, or an absolute HTTP or HTTPS URI, whose path may be empty;
   * in visible ASCII alone.
   */
  private static final Pattern TARGET =
      Pattern.compile("(?:/|[hH][tT][tT][pP][sS]?://[!-~&&[^/?#]]+(?:[/?]|$))[!-~&&[^#]]*");

  /** {@code uri-host [":" port]} of RFC 9110 §7.2: no user, no path, no blank. */
  private static final Pattern HOST =
      Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[\\w.~!$&'()*+;=%-]+)(?::\\d{0,5})?");

  @Override
  public Verdict check(Handshake handshake) {
    if (!handshake.wellFormed()) {
      return bad("not a valid HTTP request");
    }
    if (!handshake.method().equals("GET")) {
      return refused(405, "the method must be GET", Map.of("Allow", "GET"));
    }
    if (!handshake.http11()) {
      return bad("HTTP/1.1 is needed");
    }
    if (!contains(handshake, "Upgrade", "websocket")) {
      return refused(426, "this is a WebSocket server: an upgrade is needed", UPGRADE);
    }
    String fault = fault(handshake);
    if (fault != null) {
      return bad(fault);
    }
    return VERSION.equals(handshake.only("Sec-WebSocket-Version"))
        ? Verdict.ADMITTED
        : refused(426, "Sec-WebSocket-Version must be " + VERSION, UPGRADE);
  }

  /** What makes it a bad request; null for nothing. */
  private static @Nullable String fault(Handshake handshake) {
    if (handshake.has("")) {
      return "a header has no name";
    }
    if (!contains(handshake, "Connection", "upgrade")) {
      return "Connection must hold Upgrade";
    }
    String host = handshake.only("Host");
    if (host == null || !HOST.matcher(host).matches()) {
      return "one valid Host is needed";
    }
    if (!TARGET.matcher(handshake.target()).matches()) {
      return "the request target must be a path";
    }
    if (!isKey(handshake.only("Sec-WebSocket-Key"))) {
      return "one Sec-WebSocket-Key of 16 bytes in base64 is needed";
    }
    if (!handshake.has("Sec-WebSocket-Version")) {
      return "Sec-WebSocket-Version is missing";
    }
    if (handshake.extensions().isEmpty()) {
      return "Sec-WebSocket-Extensions is malformed";
    }
    if (handshake.has("Transfer-Encoding") || !bodyIsEmpty(handshake)) {
      return "a handshake has no body";
    }
    return null;
  }

  private static boolean contains(Handshake handshake, String header, String token) {
    return handshake.list(header).anyMatch(token::equalsIgnoreCase);
  }

  private static boolean isKey(@Nullable String key) {
    try {
      // The length too, since the decoder takes a key without its padding.
      return key != null
          && key.length() == KEY_LENGTH
          && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean bodyIsEmpty(Handshake handshake) {
    return !handshake.has("Content-Length") || "0".equals(handshake.only("Content-Length"));
  }

  private static Verdict bad(String detail) {
    return Verdict.refused(ErrorKind.BAD_HANDSHAKE, detail);
  }

  private static Verdict refused(int status, String detail, Map<String, String> headers) {
    return new Verdict.Refused(ErrorKind.BAD_HANDSHAKE, status, detail, headers, Duration.ZERO);
  }
}
