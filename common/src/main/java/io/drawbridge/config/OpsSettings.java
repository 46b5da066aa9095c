package io.drawbridge.config;

import org.jspecify.annotations.Nullable;

/**
 * The operations port.
 *
 * @param host name or address to listen on; {@code localhost} means both loopback addresses
 * @param port 0 to 65535; 0 takes any free port
 * @param token the admin token; never null when host is not loopback
 */
public record OpsSettings(String host, int port, @Nullable Secret token) {

  static OpsSettings from(Section ops) {
    return new OpsSettings(
        ops.read("host", Values::host),
        ops.read("port", Values.PORT),
        ops.optional("token", Values::secret));
  }
}
