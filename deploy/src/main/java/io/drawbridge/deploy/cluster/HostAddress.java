package io.drawbridge.deploy.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;

/** What {@code cluster.host} stands for on this machine. */
final class HostAddress {
  private HostAddress() {}

  /**
   * Asks the name service, where it is a name: may take seconds.
   *
   * @throws IOException with words for the operator, where nobody could listen there
   */
  static InetAddress of(String host) throws IOException {
    InetAddress address = resolve(host);
    if (address.isAnyLocalAddress()) {
      throw new IOException(
          "cluster.host " + host + " is no address that other nodes could call this one by");
    }
    if (NetworkInterface.getByInetAddress(address) == null) {
      throw new IOException("cluster.host " + host + " is no address of this machine");
    }
    return address;
  }

  private static InetAddress resolve(String host) throws IOException {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("cluster.host " + host + " is unknown", e);
    }
  }
}
