package io.drawbridge.guard;

import java.util.Optional;

/**
 * Whom a ban is about: {@code ip:<address>} or {@code user:<id>}.
 *
 * @param user whether it is a user; an address otherwise
 * @param name the id, or the address in the one form that {@link Peer} has it in, too: RFC 5952,
 *     without zone, IPv4 as IPv4
 */
record BanSubject(boolean user, String name) {
  private static final String IP = "ip:";
  private static final String USER = "user:";
  private static final int LONGEST_USER = 256;

  /** Empty for what is no literal address; the DNS is never asked. */
  static Optional<BanSubject> ip(String address) {
    // A zone belongs to one machine, and is no part of an address.
    String one = address.indexOf('%') < 0 ? IpAddress.canonical(address) : null;
    return Optional.ofNullable(one).map(found -> new BanSubject(false, found));
  }

  /** Empty unless it has 1 to 256 characters, none of them a control character. */
  static Optional<BanSubject> user(String id) {
    boolean usable =
        !id.isEmpty()
            && id.length() <= LONGEST_USER
            && id.chars().noneMatch(Character::isISOControl);
    return usable ? Optional.of(new BanSubject(true, id)) : Optional.empty();
  }

  /** Reads the form of the event bus; empty for what is none. */
  static Optional<BanSubject> parse(String text) {
    if (text.startsWith(IP)) {
      return ip(text.substring(IP.length()));
    }
    return text.startsWith(USER) ? user(text.substring(USER.length())) : Optional.empty();
  }

  /** The form of the event bus. */
  String text() {
    return (user ? USER : IP) + name;
  }
}
