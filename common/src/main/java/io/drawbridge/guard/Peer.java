package io.drawbridge.guard;

import org.jspecify.annotations.Nullable;

/**
 * Whom an error is about.
 *
 * @param address the client's IP address, without its port; {@value #UNKNOWN} where the socket was
 *     gone before it could be asked
 * @param user known once a token was verified
 * @param session known once a token was verified
 */
public record Peer(String address, @Nullable String user, @Nullable String session) {

  private static final String UNKNOWN = "unknown";

  public Peer {
    // The guard refuses an event without a peer, and with it the batch that it came in.
    address = address.isEmpty() ? UNKNOWN : address;
  }

  public static Peer of(String address) {
    return new Peer(address, null, null);
  }
}
