package io.drawbridge.admission;

import io.drawbridge.guard.IpAddress;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The one way to write a client's address: RFC 5952, without port and zone, IPv4 as IPv4. */
public final class PeerAddress {
  private PeerAddress() {}

  /**
   * Who is at the other end: as the PROXY header says where there was one that names an IP address,
   * else the socket.
   */
  public static String of(HttpConnection connection) {
    String told = of(connection.remoteAddress());
    return told.isEmpty() ? of(connection.remoteAddress(true)) : told;
  }

  /** Empty when the socket is gone already, or has no IP address. */
  public static String of(@Nullable SocketAddress remote) {
    String text = remote == null ? null : remote.hostAddress();
    if (text == null) {
      return "";
    }
    String found = IpAddress.canonical(text);
    return found == null ? text : found;
  }
}
