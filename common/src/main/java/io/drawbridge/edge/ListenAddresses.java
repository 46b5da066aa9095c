package io.drawbridge.edge;

import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** What a configured host means as addresses to listen on. */
public final class ListenAddresses {
  private static final String LOCALHOST = "localhost";
  private static final String LOOPBACK_V4 = "127.0.0.1";
  private static final String LOOPBACK_V6 = "::1";

  private ListenAddresses() {}

  /** Both loopback addresses for {@code localhost}, where the machine has both; else the host. */
  public static List<String> of(String host) {
    if (!host.equals(LOCALHOST)) {
      return List.of(host);
    }
    return hasLoopbackV6() ? List.of(LOOPBACK_V4, LOOPBACK_V6) : List.of(LOOPBACK_V4);
  }

  private static boolean hasLoopbackV6() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
    } catch (SocketException e) {
      return false;
    }
  }
}
