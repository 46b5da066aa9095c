package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** The rules do what bits written as text say, one after the other. */
final class AddressRulesProperties {

  /** Few bits that differ, at both ends and in the middle, so that networks often overlap. */
  @Provide
  Arbitrary<String> addresses() {
    Arbitrary<Integer> octets = Arbitraries.of(0, 1, 127, 128, 255);
    Arbitrary<String> v4 = octets.list().ofSize(4).map(AddressRulesProperties::dotted);
    Arbitrary<String> v6 =
        Arbitraries.of("0", "1", "7fff", "8000", "ffff")
            .list()
            .ofSize(8)
            .map(words -> String.join(":", words));
    return Arbitraries.oneOf(v4, v6, v4.map(mapped -> "::ffff:" + mapped));
  }

  private static String dotted(List<Integer> octets) {
    return String.join(".", octets.stream().map(String::valueOf).toList());
  }

  @Provide
  Arbitrary<String> cidrs() {
    return Combinators.combine(addresses(), Arbitraries.integers().between(0, 32))
        .as((address, bits) -> address + "/" + length(address, bits));
  }

  /** From 0 to 32 for IPv4, from 96 for a mapped address, and over all of the length for IPv6. */
  private static int length(String address, int bits) {
    if (!address.contains(":")) {
      return bits;
    }
    return address.contains(".") ? 96 + bits : bits * 4;
  }

  @Property(tries = 2_000)
  void theNarrowestNetworkDecides(
      @ForAll @Size(max = 6) List<@From("cidrs") String> allow,
      @ForAll @Size(max = 6) List<@From("cidrs") String> deny,
      @ForAll @From("addresses") String peer) {
    int allowed = narrowest(allow, peer);
    int denied = narrowest(deny, peer);

    assertThat(new AddressRules(allow, deny).allows(peer))
        .isEqualTo(denied < 0 ? allow.isEmpty() || allowed >= 0 : allowed > denied);
  }

  private static int narrowest(List<String> cidrs, String peer) {
    int narrowest = -1;
    for (String cidr : cidrs) {
      String[] parts = cidr.split("/", -1);
      int length = Integer.parseInt(parts[1]) - (parts[0].contains(".") && isV6(parts[0]) ? 96 : 0);
      String network = bits(parts[0]);
      String address = bits(peer);
      if (network.length() == address.length() && network.regionMatches(0, address, 0, length)) {
        narrowest = Math.max(narrowest, length);
      }
    }
    return narrowest;
  }

  private static boolean isV6(String text) {
    return text.contains(":");
  }

  /** As 32 or 128 digits. */
  private static String bits(String text) {
    try {
      // Java, too, reads a mapped address as the IPv4 address.
      byte[] bytes = InetAddress.getByName(text).getAddress();
      String digits = new BigInteger(1, bytes).toString(2);
      return "0".repeat(bytes.length * 8 - digits.length()) + digits;
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }
}
