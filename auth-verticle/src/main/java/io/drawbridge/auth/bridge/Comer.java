package io.drawbridge.auth.bridge;

import io.drawbridge.auth.token.Claims;
import io.drawbridge.guard.Guard;

/**
 * A client that shows a ticket.
 *
 * @param seen the number of the last envelope that it has; negative where it doesn't say
 * @param claims of the token that it shows with it, which was verified
 * @param peer its IP address
 * @param guard of its event loop
 */
public record Comer(String ticket, long seen, Claims claims, String peer, Guard guard) {}
