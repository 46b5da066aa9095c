package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Network addresses as text: CIDRs, origins, loopback. Nothing here asks the DNS. */
final class Addresses {

  private static final Pattern CIDR = Pattern.compile("([0-9A-Fa-f.:]+)/(\\d{1,3})");
  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

  /** What {@link #bits} does not know for an IPv6 literal. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(:([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}"
              + "|655[0-2]\\d|6553[0-5]))?");

  private static final Set<String> ORIGIN_WORDS = Set.of("self", "localhost", "*");

  private Addresses() {}

  static String cidr(JsonNode node) {
    String text = Values.nonEmptyText(node);
    Matcher parts = CIDR.matcher(text);
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > bits(parts.group(1))) {
      throw new BadValue(
          "expected a CIDR such as 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32, got "
              + Values.shown(node));
    }
    return text;
  }

  /** A host or an address, with a port or without; IPv6 with a port in brackets. */
  static String member(JsonNode node) {
    String text = Values.host(node);
    Matcher parts = MEMBER.matcher(text);
    if (bits(text) != 128 && !parts.matches()) {
      throw new BadValue(
          "expected a host or an address, with a port or without, such as 10.0.0.7:5701 or"
              + " [2001:db8::1]:5701; got "
              + Values.shown(node));
    }
    return text;
  }

  static String origin(JsonNode node) {
    String text = Values.nonEmptyText(node);
    if (!ORIGIN_WORDS.contains(text) && !isOrigin(text)) {
      throw new BadValue(
          "expected self, localhost, * or an origin such as https://app.example:8443, without a"
              + " path; got "
              + Values.shown(node));
    }
    return text;
  }

  /** Keys that came over plain HTTP could be anyone's: only loopback may use it. */
  static String keySetUrl(JsonNode node) {
    String text = Values.nonEmptyText(node);
    if (!isKeySetUrl(text)) {
      throw new BadValue("expected an https URL (http only to loopback) without a password");
    }
    return text;
  }

  static boolean isKeySetUrl(String text) {
    URI url = uri(text);
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    boolean plain = "http".equalsIgnoreCase(url.getScheme());
    String host = url.getHost();
    return host != null
        && (secure || (plain && isLoopback(host)))
        && url.getUserInfo() == null
        && url.getPort() <= 65_535;
  }

  /** Whether a host to listen on can be reached from this machine alone. */
  static boolean isLoopback(String host) {
    String bare = bare(host);
    return bare.equals("localhost")
        || (bare.startsWith("127.") && IPV4.matcher(bare).matches())
        || isIpv6Loopback(bare);
  }

  /** Whether two hosts to listen on share an address, so that they can't share a port. */
  static boolean overlap(String one, String other) {
    return isAny(one)
        || isAny(other)
        || bare(one).equals(bare(other))
        || (bare(one).equals("localhost") && isLocalhost(other))
        || (bare(other).equals("localhost") && isLocalhost(one));
  }

  private static boolean isLocalhost(String host) {
    return bare(host).equals("127.0.0.1") || isIpv6Loopback(bare(host));
  }

  private static boolean isIpv6Loopback(String bare) {
    return bare.contains(":") && bits(bare) == 128 && literal(bare).isLoopbackAddress();
  }

  /** Whether it stands for all addresses of a machine. */
  static boolean isAny(String host) {
    String bare = bare(host);
    return bits(bare) > 0 && literal(bare).isAnyLocalAddress();
  }

  private static String bare(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]")
        ? lower.substring(1, lower.length() - 1)
        : lower;
  }

  /** 32 for an IPv4 literal, 128 for an IPv6 one, -1 for anything else. */
  private static int bits(String text) {
    if (IPV4.matcher(text).matches()) {
      return 32;
    }
    if (!text.matches("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f.:]*")) {
      return -1;
    }
    try {
      // A text that begins so and has a colon is a literal or an error; no resolver is asked.
      InetAddress.getByName(text);
      return 128;
    } catch (UnknownHostException notAnAddress) {
      return -1;
    }
  }

  /** Only for text that {@link #bits} knows. */
  private static InetAddress literal(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static boolean isOrigin(String text) {
    URI uri = uri(text);
    return uri.getScheme() != null
        && uri.getHost() != null
        && uri.getUserInfo() == null
        && uri.getPath().isEmpty()
        && uri.getQuery() == null
        && uri.getFragment() == null
        && uri.getPort() <= 65_535;
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException notAUri) {
      return URI.create("");
    }
  }
}
