package io.drawbridge.wire;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What client and server agreed on for the compression of messages (RFC 7692 §7.1).
 *
 * @param serverTakeover whether our messages may refer to those before
 * @param clientTakeover whether the client's may
 * @param serverWindowBits how far back ours may refer: 2^n bytes, 8 to 15; 0 where nothing was
 *     said, which is 15
 * @param clientWindowBits the same for the client's
 */
public record PerMessageDeflate(
    boolean serverTakeover, boolean clientTakeover, int serverWindowBits, int clientWindowBits) {

  private static final int LARGEST_WINDOW = 15;
  private static final String NAME = "permessage-deflate";
  private static final String SERVER_NO_TAKEOVER = "server_no_context_takeover";
  private static final String CLIENT_NO_TAKEOVER = "client_no_context_takeover";
  private static final String SERVER_WINDOW = "server_max_window_bits";
  private static final String CLIENT_WINDOW = "client_max_window_bits";

  /** 8 to 15, in decimal and without a leading zero (§7.1.2). */
  private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

  /**
   * The first of the offers that can be kept to; empty when none can. An offer with a parameter
   * that is unknown, stands there twice or has no valid value is declined as a whole (§7.1).
   *
   * @param takeover whether this server keeps what a message left behind for the next one
   */
  public static Optional<PerMessageDeflate> accept(List<ExtensionOffer> offers, boolean takeover) {
    return offers.stream()
        .filter(offer -> offer.name().equals(NAME) && isValid(offer))
        .findFirst()
        .map(offer -> agreement(offer, takeover));
  }

  private static boolean isValid(ExtensionOffer offer) {
    Set<String> seen = new HashSet<>();
    return offer.parameters().stream()
        .allMatch(parameter -> seen.add(parameter.name()) && isValid(parameter));
  }

  private static boolean isValid(ExtensionOffer.Parameter parameter) {
    String value = parameter.value();
    return switch (parameter.name()) {
      case SERVER_NO_TAKEOVER, CLIENT_NO_TAKEOVER -> value == null;
      case SERVER_WINDOW -> value != null && isWindow(value);
      case CLIENT_WINDOW -> value == null || isWindow(value);
      default -> false;
    };
  }

  private static boolean isWindow(String value) {
    return WINDOW_BITS.matcher(value).matches();
  }

  private static PerMessageDeflate agreement(ExtensionOffer offer, boolean takeover) {
    return new PerMessageDeflate(
        takeover && !has(offer, SERVER_NO_TAKEOVER),
        takeover && !has(offer, CLIENT_NO_TAKEOVER),
        window(offer, SERVER_WINDOW),
        window(offer, CLIENT_WINDOW));
  }

  private static boolean has(ExtensionOffer offer, String name) {
    return offer.parameters().stream().anyMatch(parameter -> parameter.name().equals(name));
  }

  private static int window(ExtensionOffer offer, String name) {
    for (ExtensionOffer.Parameter parameter : offer.parameters()) {
      @Nullable String value = parameter.value();
      if (parameter.name().equals(name) && value != null) {
        return Integer.parseInt(value);
      }
    }
    return 0;
  }

  /** Whether our messages may refer as far back as DEFLATE can. */
  boolean isServerWindowLargest() {
    return serverWindowBits == 0 || serverWindowBits == LARGEST_WINDOW;
  }

  /** The answer's {@code Sec-WebSocket-Extensions}. */
  public String header() {
    StringBuilder header = new StringBuilder(NAME);
    if (!serverTakeover) {
      header.append("; ").append(SERVER_NO_TAKEOVER);
    }
    if (!clientTakeover) {
      header.append("; ").append(CLIENT_NO_TAKEOVER);
    }
    if (serverWindowBits > 0) {
      header.append("; ").append(SERVER_WINDOW).append('=').append(serverWindowBits);
    }
    if (clientWindowBits > 0) {
      header.append("; ").append(CLIENT_WINDOW).append('=').append(clientWindowBits);
    }
    return header.toString();
  }
}
