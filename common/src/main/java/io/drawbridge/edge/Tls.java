package io.drawbridge.edge;

import io.drawbridge.config.TlsMaterial;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * How the edges speak TLS: 1.3 and 1.2 with forward secrecy and authenticated encryption, no ALPN.
 */
final class Tls {
  private static final Set<String> VERSIONS = Set.of("TLSv1.3", "TLSv1.2");

  /** RFC 9325 §4.2, and the three of TLS 1.3; the client's order counts among equals. */
  private static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  static {
    // A client could have us do the costly part of a TLS 1.2 handshake again and again.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private Tls() {}

  /** The same material gives equal options, which Vert.x does not load twice. */
  static ServerSSLOptions options(TlsMaterial material) {
    ServerSSLOptions options =
        new ServerSSLOptions()
            .setUseAlpn(false)
            .setEnabledSecureTransportProtocols(VERSIONS)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(material.cert()))
                    .addKeyValue(Buffer.buffer(material.key().reveal())));
    CIPHER_SUITES.forEach(options::addEnabledCipherSuite);
    String clientCa = material.clientCa();
    if (clientCa != null) {
      options
          .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(clientCa)))
          .setClientAuth(ClientAuth.REQUIRED);
    }
    return options;
  }

  /**
   * Has a server speak TLS only.
   *
   * @param doors who may begin a TLS handshake, and how long it may take
   */
  static void secure(HttpServerOptions server, TlsMaterial material, TlsDoors doors) {
    ServerSSLOptions options = options(material);
    server
        .setSsl(true)
        .setSslEngineOptions(new Engine(doors))
        .setUseAlpn(false)
        // Arrivals cuts those that take too long.
        .setSslHandshakeTimeout(0)
        .setEnabledSecureTransportProtocols(VERSIONS)
        .setKeyCertOptions(options.getKeyCertOptions())
        .setTrustOptions(options.getTrustOptions())
        .setClientAuth(options.getClientAuth());
    CIPHER_SUITES.forEach(server::addEnabledCipherSuite);
  }

  /** BoringSSL where it is on the class path, else Java's own. */
  static final class Engine extends JdkSSLEngineOptions {
    private final TlsDoors doors;

    Engine(TlsDoors doors) {
      this.doors = doors;
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return new Factory(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK, doors);
    }
  }

  private static final class Factory extends DefaultSslContextFactory {
    private final TlsDoors doors;

    Factory(SslProvider provider, TlsDoors doors) {
      super(provider, true);
      this.doors = doors;
    }

    @Override
    public SslContext create() throws SSLException {
      return new TlsContext(super.create(), doors);
    }
  }
}
