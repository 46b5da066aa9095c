package io.drawbridge.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * PEM files of TLS: for the edges, which then speak wss only, or for the event bus of a cluster.
 *
 * @param cert the certificate chain; null switches TLS off
 * @param key its private key
 * @param clientCa who must have signed a client's certificate; null asks for none. In a cluster,
 *     who must have signed each node's.
 * @param path where it stands in the settings
 */
public record TlsSettings(
    @Nullable Path cert, @Nullable Path key, @Nullable Path clientCa, String path) {

  static TlsSettings from(Section tls) {
    return of(tls, "clientCa", "tls");
  }

  static TlsSettings ofCluster(Section tls) {
    return of(tls, "ca", "cluster.tls");
  }

  private static TlsSettings of(Section tls, String ca, String path) {
    return new TlsSettings(
        tls.optional("cert", Values::path),
        tls.optional("key", Values::path),
        tls.optional(ca, Values::path),
        path);
  }

  /** The path of one of its keys. */
  String path(String key) {
    return path + "." + key;
  }

  /** That of the authorities. */
  String caPath() {
    return path(path.equals("tls") ? "clientCa" : "ca");
  }
}
