package io.drawbridge.auth;

import io.drawbridge.admission.Handshake;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The token that a handshake brings, in {@code Authorization} (RFC 6750 §2.1) or as a subprotocol,
 * which is the one header that a page in a browser can write. The URL is never looked at: it ends
 * in the logs of proxies.
 *
 * @param token null where there is none
 * @param subprotocol the one to select; null where {@value #SUBPROTOCOL} was not offered
 * @param fault why it can't be told which token counts; null for nothing
 */
record HandshakeToken(
    @Nullable String token, @Nullable String subprotocol, @Nullable String fault) {

  static final String SUBPROTOCOL = "drawbridge";

  /** What stands before a token among the subprotocols. */
  private static final String MARK = "bearer.";

  private static final String SCHEME = "Bearer ";

  static HandshakeToken of(Handshake handshake) {
    List<String> credentials = handshake.headers().getAll("Authorization");
    List<String> offered = handshake.list("Sec-WebSocket-Protocol").toList();
    String subprotocol = offered.contains(SUBPROTOCOL) ? SUBPROTOCOL : null;
    List<String> marked = offered.stream().filter(each -> each.startsWith(MARK)).toList();
    if (credentials.size() > 1 || marked.size() > 1) {
      return faulty("more than one token");
    }
    if (!marked.isEmpty() && subprotocol == null) {
      return faulty("a token as a subprotocol needs the subprotocol " + SUBPROTOCOL + ", too");
    }
    String inHeader = credentials.isEmpty() ? null : bearer(credentials.get(0));
    String inList = marked.isEmpty() ? null : marked.get(0).substring(MARK.length());
    if (inHeader != null && inList != null && !inHeader.equals(inList)) {
      return faulty("two tokens that differ");
    }
    return new HandshakeToken(inHeader == null ? inList : inHeader, subprotocol, null);
  }

  private static HandshakeToken faulty(String fault) {
    return new HandshakeToken(null, null, fault);
  }

  /** The token of such credentials; null where they have another scheme. */
  static @Nullable String bearer(String credentials) {
    String text = credentials.strip();
    return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? text.substring(SCHEME.length()).strip()
        : text.equalsIgnoreCase(SCHEME.strip()) ? "" : null;
  }
}
