package io.drawbridge.config;

import java.time.Duration;
import java.util.List;

/**
 * Who may connect, and when an address is banned.
 *
 * @param allow CIDRs; when not empty, all else is refused
 * @param deny CIDRs that are refused
 * @param origins {@code self} (same host as the Host header), {@code localhost}, {@code *} (any),
 *     or {@code scheme://host[:port]}
 * @param strikes faults within {@code window} that ban; {@link Integer#MAX_VALUE} for unlimited
 * @param banFor length of a first ban; each further one is twice as long
 * @param banMax longest ban; at least {@code banFor}
 */
public record FirewallSettings(
    List<String> allow,
    List<String> deny,
    List<String> origins,
    int strikes,
    Duration window,
    Duration banFor,
    Duration banMax) {

  public FirewallSettings {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    origins = List.copyOf(origins);
  }

  static FirewallSettings from(Section firewall) {
    return new FirewallSettings(
        firewall.list("allow", Addresses::cidr),
        firewall.list("deny", Addresses::cidr),
        firewall.list("origins", Addresses::origin),
        firewall.read("strikes", Quantities::smallCount),
        firewall.read("window", Quantities::positiveDuration),
        firewall.read("banFor", Quantities::positiveDuration),
        firewall.read("banMax", Quantities::positiveDuration));
  }
}
