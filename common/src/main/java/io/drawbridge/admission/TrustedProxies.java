package io.drawbridge.admission;

import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Networks;
import io.vertx.core.MultiMap;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whom a handshake comes from, where proxies stand between: only a trusted one is believed, and
 * only of whom it spoke with. So the way back leads from the socket over trusted proxies, entry by
 * entry from the right, to the first address that is not one of them. Where a proxy names no
 * address, the way ends at the proxy itself.
 */
public final class TrustedProxies implements Check {
  private static final String FORWARDED = "Forwarded";
  private static final String X_FORWARDED_FOR = "X-Forwarded-For";

  private final Networks trusted;

  /**
   * @param trusted CIDRs
   */
  public TrustedProxies(Collection<String> trusted) {
    this.trusted = new Networks(trusted);
  }

  /** Whether what this address says of others is believed. */
  public boolean trusts(String address) {
    return !trusted.isEmpty() && trusted.contains(address);
  }

  /**
   * The client's address.
   *
   * @param nearest who brought the handshake: the address of the socket, or the one in the PROXY
   *     header of a trusted proxy
   */
  String peer(String nearest, MultiMap headers) {
    if (!trusts(nearest)) {
      return nearest;
    }
    String forwarded = forwarded(nearest, headers);
    String xForwardedFor = xForwardedFor(nearest, headers);
    if (forwarded == null || forwarded.equals(xForwardedFor)) {
      return xForwardedFor == null ? nearest : xForwardedFor;
    }
    return xForwardedFor == null ? forwarded : nearest;
  }

  /**
   * Refuses where the headers name different clients. A proxy writes one of them and may pass the
   * other on as the client sent it: to choose would be to let the client choose.
   */
  @Override
  public Verdict check(Handshake handshake) {
    String peer = handshake.peer();
    if (!trusts(peer)) {
      return Verdict.ADMITTED;
    }
    String forwarded = forwarded(peer, handshake.headers());
    String xForwardedFor = xForwardedFor(peer, handshake.headers());
    return forwarded == null || xForwardedFor == null || forwarded.equals(xForwardedFor)
        ? Verdict.ADMITTED
        : Verdict.refused(
            ErrorKind.BAD_HANDSHAKE, "Forwarded and X-Forwarded-For name different clients");
  }

  private @Nullable String forwarded(String nearest, MultiMap headers) {
    return follow(nearest, headers.getAll(FORWARDED), ForwardedFor::forwarded);
  }

  private @Nullable String xForwardedFor(String nearest, MultiMap headers) {
    return follow(nearest, headers.getAll(X_FORWARDED_FOR), ForwardedFor::xForwardedFor);
  }

  /** Null where there is no such header. */
  private @Nullable String follow(
      String nearest, List<String> lines, Function<String, @Nullable String> address) {
    if (lines.isEmpty()) {
      return null;
    }
    String peer = nearest;
    for (String element : ForwardedFor.elements(lines)) {
      String next = address.apply(element);
      if (next == null) {
        return peer;
      }
      peer = next;
      if (!trusts(peer)) {
        return peer;
      }
    }
    return peer;
  }
}
