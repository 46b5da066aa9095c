package io.drawbridge.admission;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one way to write a client's address: RFC 5952, without port and zone, IPv4 as IPv4. */
public final class PeerAddress {
  /**
   * What may be an IPv6 literal, without zone and brackets. Java takes a text that begins so and
   * has a colon for a literal or an error, and never for a name.
   */
  private static final Pattern V6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f.:]{1,44}");

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
    String found = canonical(text);
    return found == null ? text : found;
  }

  /** The same address in its one form; null for what is no IP address. */
  static @Nullable String canonical(String text) {
    InetAddress address = parse(text);
    return address == null ? null : NetUtil.toAddressString(address);
  }

  /**
   * Reads a literal, in which an IPv4-mapped address is the IPv4 address (RFC 4291 §2.5.5.2); the
   * DNS is never asked.
   */
  static @Nullable InetAddress parse(String text) {
    int zone = text.indexOf('%');
    String bare = zone < 0 ? text : text.substring(0, zone);
    if (!V6.matcher(bare).matches()) {
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
}
