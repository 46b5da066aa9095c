package io.drawbridge.guard;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as a number. An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address.
 *
 * @param bits 32 for IPv4, 128 for IPv6
 * @param high the first 64 bits; 0 for IPv4
 * @param low the last 64 bits
 */
public record IpAddress(int bits, long high, long low) {
  /**
   * What may be an IPv6 literal, without zone and brackets. Java takes a text that begins so and
   * has a colon for a literal or an error, and never for a name.
   */
  private static final Pattern V6_LITERAL =
      Pattern.compile("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f.:]{1,44}");

  private static final int V4 = 32;
  private static final int V6 = 128;

  /** How many bits of a mapped address come before those of IPv4. */
  private static final int MAPPED = V6 - V4;

  private static final long MAPPED_PREFIX = 0xFFFFL << V4;

  /** Only a literal is read, the DNS is never asked; null for anything else. */
  public static @Nullable IpAddress parse(String text) {
    InetAddress address = literal(text);
    if (address == null) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return bytes.remaining() == Integer.BYTES
        ? new IpAddress(V4, 0, Integer.toUnsignedLong(bytes.getInt()))
        : new IpAddress(V6, bytes.getLong(), bytes.getLong());
  }

  /** The same address in its one form, RFC 5952 without a zone; null for what is no IP address. */
  public static @Nullable String canonical(String text) {
    InetAddress address = literal(text);
    return address == null ? null : NetUtil.toAddressString(address);
  }

  private static @Nullable InetAddress literal(String text) {
    int zone = text.indexOf('%');
    String bare = zone < 0 ? text : text.substring(0, zone);
    if (!V6_LITERAL.matcher(bare).matches()) {
      return NetUtil.isValidIpV4Address(text)
          ? NetUtil.createInetAddressFromIpAddressString(text)
          : null;
    }
    try {
      return InetAddress.getByName(bare);
    } catch (UnknownHostException notAnAddress) {
      return null;
    }
  }

  /**
   * The network that a CIDR names, whatever its host bits are. One under ::ffff:0:0/96 is of IPv4,
   * a wider one of IPv6 alone.
   */
  static Network network(String cidr) {
    int slash = cidr.indexOf('/');
    IpAddress address = slash < 0 ? null : parse(cidr.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("not a CIDR: " + cidr);
    }
    int prefix = Integer.parseInt(cidr.substring(slash + 1));
    if (address.bits == V4 && cidr.indexOf(':') >= 0) {
      return prefix < MAPPED
          ? new IpAddress(V6, 0, MAPPED_PREFIX | address.low).network(prefix)
          : address.network(prefix - MAPPED);
    }
    return address.network(prefix);
  }

  /** The network of so many leading bits that it is in. */
  Network network(int prefix) {
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("not the length of a prefix: " + prefix);
    }
    int rest = bits - prefix;
    return new Network(
        new IpAddress(bits, high & mask(rest - Long.SIZE), low & mask(rest)), prefix);
  }

  /** All ones but so many at the end. */
  private static long mask(int zeros) {
    return zeros <= 0 ? -1L : zeros >= Long.SIZE ? 0 : -1L << zeros;
  }

  /**
   * All addresses that begin alike.
   *
   * @param first the lowest of them
   * @param prefix how many bits they share
   */
  record Network(IpAddress first, int prefix) {}
}
