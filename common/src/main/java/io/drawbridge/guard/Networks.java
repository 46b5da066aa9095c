package io.drawbridge.guard;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A set of networks. Looking an address up takes one step for each length that a prefix has. */
public final class Networks {
  private final Set<IpAddress.Network> networks = new HashSet<>();

  /** The lengths that occur, the longest first. */
  private final List<Integer> lengths;

  /**
   * @param cidrs as {@code 192.0.2.0/24} or {@code 2001:db8::/32}
   */
  public Networks(Collection<String> cidrs) {
    cidrs.forEach(cidr -> networks.add(IpAddress.network(cidr)));
    lengths =
        networks.stream()
            .map(IpAddress.Network::prefix)
            .distinct()
            .sorted((one, other) -> other - one)
            .toList();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return networks.isEmpty();
  }

  /** Whether this is an address, and in one of them; the DNS is never asked. */
  public boolean contains(String text) {
    IpAddress address = IpAddress.parse(text);
    return address != null && longestPrefix(address) >= 0;
  }

  /** How many bits the narrowest network that it is in has; -1 where it is in none. */
  public int longestPrefix(IpAddress address) {
    for (int length : lengths) {
      if (length <= address.bits() && networks.contains(address.network(length))) {
        return length;
      }
    }
    return -1;
  }
}
