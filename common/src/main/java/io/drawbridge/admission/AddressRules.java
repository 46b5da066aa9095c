package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.IpAddress;
import io.drawbridge.guard.Networks;
import java.util.Collection;

/**
 * May this address connect? The narrowest network that it is in decides; where it is both allowed
 * and denied, denied. Where anything is allowed, all else is denied.
 */
public final class AddressRules implements Check {
  private static final Verdict DENIED =
      Verdict.refused(ErrorKind.ADDRESS_DENIED, ErrorKind.ADDRESS_DENIED.words());

  private final Networks allow;
  private final Networks deny;

  /**
   * @param allow CIDRs
   * @param deny CIDRs
   */
  public AddressRules(Collection<String> allow, Collection<String> deny) {
    this.allow = new Networks(allow);
    this.deny = new Networks(deny);
  }

  @Override
  public Verdict check(Handshake handshake) {
    return allows(handshake.peer()) ? Verdict.ADMITTED : DENIED;
  }

  /** Where there are rules, what is no IP address is denied. */
  boolean allows(String peer) {
    if (allow.isEmpty() && deny.isEmpty()) {
      return true;
    }
    IpAddress address = IpAddress.parse(peer);
    if (address == null) {
      return false;
    }
    int allowed = allow.longestPrefix(address);
    int denied = deny.longestPrefix(address);
    return allowed > denied || (denied < 0 && allow.isEmpty());
  }
}
