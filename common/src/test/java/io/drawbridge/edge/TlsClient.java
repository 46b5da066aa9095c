package io.drawbridge.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A client's end of TLS, Java's own.
 *
 * @param versions such as TLSv1.3; empty for Java's defaults
 */
public record TlsClient(SSLContext context, List<String> versions) {

  public TlsClient(SSLContext context) {
    this(context, List.of());
  }

  /** The same that speaks these versions alone. */
  public TlsClient speaking(String... only) {
    return new TlsClient(context, List.of(only));
  }

  /** The handshake on top of a connected socket. */
  SSLSocket over(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
    if (!versions.isEmpty()) {
      socket.setEnabledProtocols(versions.toArray(String[]::new));
    }
    socket.startHandshake();
    return socket;
  }

  /** The certificate that the server shows to a new connection. */
  public X509Certificate shownBy(int port) throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        SSLSocket socket = over(plain)) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }
}
