package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * May a page of this origin connect (RFC 6455 §10.2, RFC 6454)? A request without an Origin comes
 * from no browser and passes.
 */
public final class OriginCheck implements Check {
  private static final String SELF = "self";
  private static final String LOCALHOST = "localhost";
  private static final String ANY = "*";

  private final Set<String> exact = new HashSet<>();
  private final boolean self;
  private final boolean localhost;
  private final boolean any;

  /**
   * @param origins {@code self} (the host that the request was sent to), {@code localhost}, {@code
   *     *}, or exact origins
   */
  public OriginCheck(List<String> origins) {
    self = origins.contains(SELF);
    localhost = origins.contains(LOCALHOST);
    any = origins.contains(ANY);
    origins.stream().map(Origin::parse).filter(o -> o != null).forEach(o -> exact.add(o.text()));
  }

  @Override
  public Verdict check(Handshake handshake) {
    return !handshake.has("Origin") || any || isAllowed(handshake)
        ? Verdict.ADMITTED
        : Verdict.refused(ErrorKind.ORIGIN_DENIED, ErrorKind.ORIGIN_DENIED.words());
  }

  private boolean isAllowed(Handshake handshake) {
    String header = handshake.only("Origin");
    Origin origin = header == null ? null : Origin.parse(header);
    if (origin == null) {
      return false;
    }
    return exact.contains(origin.text())
        || (localhost && origin.isLocal())
        || (self && origin.isHost(handshake.only("Host")));
  }

  /** An origin in the one form that makes equal ones equal (RFC 6454 §4 and §6.1). */
  private record Origin(String scheme, String host, int port) {

    /** Null for what is no origin, {@code null} among them. */
    static @Nullable Origin parse(String text) {
      try {
        URI uri = new URI(text);
        if (uri.getScheme() == null || uri.getHost() == null || !isBare(uri)) {
          return null;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return new Origin(scheme, host, uri.getPort() < 0 ? defaultPort(scheme) : uri.getPort());
      } catch (URISyntaxException e) {
        return null;
      }
    }

    /** Nothing but scheme, host and port. */
    private static boolean isBare(URI uri) {
      return uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    }

    String text() {
      return scheme + "://" + host + ':' + port;
    }

    boolean isLocal() {
      return host.equals(LOCALHOST) || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Whether it is the host and port that a Host header names. */
    boolean isHost(@Nullable String authority) {
      Origin other = authority == null ? null : parse(scheme + "://" + authority);
      return other != null && other.host.equals(host) && other.port == port;
    }

    private static int defaultPort(String scheme) {
      return switch (scheme) {
        case "http", "ws" -> 80;
        case "https", "wss" -> 443;
        default -> -1;
      };
    }
  }
}
