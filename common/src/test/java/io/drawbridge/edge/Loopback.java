package io.drawbridge.edge;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.junit.jupiter.api.Assumptions;

/** What loopback addresses this machine has. */
final class Loopback {
  private Loopback() {}

  /** Skips a test where there is no ::1. */
  static void assumeV6() {
    Assumptions.assumeTrue(hasV6(), "this machine has no ::1");
  }

  private static boolean hasV6() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(InetAddress::getHostAddress)
          .anyMatch(address -> address.startsWith("0:0:0:0:0:0:0:1"));
    } catch (SocketException e) {
      return false;
    }
  }
}
