package io.drawbridge.guard;

import org.jspecify.annotations.Nullable;

/**
 * Whom an error is about.
 *
 * @param address the client's IP address, without its port
 * @param user known once a token was verified
 * @param session known once a token was verified
 */
public record Peer(String address, @Nullable String user, @Nullable String session) {

  public static Peer of(String address) {
    return new Peer(address, null, null);
  }
}
