package io.drawbridge.deploy.connect;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where to connect to (RFC 6455 §3), and whom to trust there. Throws {@link
 * IllegalArgumentException} for what is no such place.
 *
 * @param isSecure whether it is wss
 * @param uri path and query, as sent
 * @param ca whom to trust, PEM; null for whom Java trusts
 * @param cert who the client is, PEM; null for nobody
 * @param key of {@code cert}; null where that is
 */
public record Target(
    boolean isSecure,
    String host,
    int port,
    String uri,
    @Nullable Path ca,
    @Nullable Path cert,
    @Nullable Path key) {

  public static Target of(String url, @Nullable Path ca, @Nullable Path cert, @Nullable Path key) {
    URI uri = uri(url);
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("ws") || scheme.equals("wss")) || uri.getHost() == null) {
      throw new IllegalArgumentException("URL must be such as ws://localhost:8765/");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("URL must have no user and no fragment");
    }
    boolean isSecure = scheme.equals("wss");
    if (!isSecure && (ca != null || cert != null || key != null)) {
      throw new IllegalArgumentException("--ca, --cert and --key are for wss:// alone");
    }
    if ((cert == null) != (key == null)) {
      throw new IllegalArgumentException("--cert and --key belong together");
    }
    int port = uri.getPort() < 0 ? (isSecure ? 443 : 80) : uri.getPort();
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String sent = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    return new Target(isSecure, uri.getHost(), port, sent, ca, cert, key);
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("URL must be such as ws://localhost:8765/", e);
    }
  }
}
