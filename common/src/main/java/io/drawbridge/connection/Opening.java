package io.drawbridge.connection;

import io.drawbridge.wire.PerMessageDeflate;
import org.jspecify.annotations.Nullable;

/**
 * What the opening handshake has settled for a connection.
 *
 * @param address the client's
 * @param deflate how messages are compressed; null for not at all
 */
public record Opening(String address, @Nullable PerMessageDeflate deflate) {}
