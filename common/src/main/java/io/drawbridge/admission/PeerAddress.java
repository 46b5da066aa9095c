package io.drawbridge.admission;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The one way to write a client's address: RFC 5952, without port and zone, IPv4 as IPv4. */
public final class PeerAddress {
  private PeerAddress() {}

  /** Empty when the socket is gone already. */
  public static String of(@Nullable SocketAddress remote) {
    String text = remote == null ? null : remote.hostAddress();
    if (text == null) {
      return "";
    }
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
    return address == null ? text : NetUtil.toAddressString(address);
  }
}
