package io.drawbridge.auth;

import java.time.Instant;

/**
 * An authenticated connection.
 *
 * @param id unguessable; what errors and services know it by
 * @param user whose token it was
 * @param expiresAt when the token ends; {@link Instant#MAX} when it does not
 */
public record Session(String id, String user, Instant expiresAt) {}
