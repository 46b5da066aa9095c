package io.drawbridge.admission;

import io.drawbridge.wire.ExtensionOffer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client's opening handshake as it stood on the wire (RFC 6455 §4.2.1).
 *
 * @param wellFormed whether it was HTTP at all
 * @param method in capitals
 * @param http11 whether it was HTTP/1.1 or later
 * @param target the request target as it was sent
 * @param headers as they were sent; a name may stand several times
 * @param peer the client's IP address, found behind the proxies that are trusted
 */
public record Handshake(
    boolean wellFormed,
    String method,
    boolean http11,
    String target,
    MultiMap headers,
    String peer) {

  private static final Pattern PATH = Pattern.compile("(?:[A-Za-z]+://[^/?#]*)?([^?#]*)");
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  public static Handshake of(HttpServerRequest request, TrustedProxies proxies) {
    return new Handshake(
        request.decoderResult().isSuccess(),
        request.method().name(),
        request.version() == HttpVersion.HTTP_1_1,
        request.uri(),
        request.headers(),
        proxies.peer(PeerAddress.of(request.connection()), request.headers()));
  }

  /** Of a socket that nothing was read of yet: only where it comes from is known. */
  public static Handshake unread(String peer) {
    return new Handshake(true, "", true, "", MultiMap.caseInsensitiveMultiMap(), peer);
  }

  /** The answer to its key (RFC 6455 §4.2.2, step 5.4). */
  public String acceptKey() {
    try {
      // SHA-1 protects nothing here; it only shows that the server has read the key.
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (only("Sec-WebSocket-Key") + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  /** The path of its target, as it was sent: without a query, and without a host before it. */
  public String path() {
    Matcher matcher = PATH.matcher(target);
    return matcher.lookingAt() ? matcher.group(1) : "";
  }

  /** The header's value, when it stands there exactly once. */
  @Nullable String only(String header) {
    List<String> values = headers.getAll(header);
    return values.size() == 1 ? values.get(0).trim() : null;
  }

  boolean has(String header) {
    return headers.contains(header);
  }

  /** The extensions that it offers; empty when {@code Sec-WebSocket-Extensions} is malformed. */
  public Optional<List<ExtensionOffer>> extensions() {
    return ExtensionOffer.parse(headers.getAll("Sec-WebSocket-Extensions"));
  }

  /** The elements of a header that is a list (RFC 9110 §5.6.1), over all its lines. */
  public Stream<String> list(String header) {
    return headers.getAll(header).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .map(String::trim)
        .filter(element -> !element.isEmpty());
  }
}
