package io.drawbridge.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of both edges: with a certificate they speak wss only. All files are PEM.
 *
 * @param cert certificate chain; set together with key
 * @param key private key of the certificate
 * @param clientCa who must have signed a client's certificate; null asks for none
 */
public record TlsSettings(@Nullable Path cert, @Nullable Path key, @Nullable Path clientCa) {

  static TlsSettings from(Section tls) {
    return new TlsSettings(
        tls.optional("cert", Values::path),
        tls.optional("key", Values::path),
        tls.optional("clientCa", Values::path));
  }
}
