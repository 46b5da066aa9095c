package io.drawbridge.auth.session;

import java.time.Instant;

/**
 * What a client shows to get a session back that lost its connection.
 *
 * @param id of this ticket; what is kept for the client is found by it and goes with it, so that a
 *     ticket is good once
 * @param session its id
 * @param user whose it is
 * @param until when it ends, to the millisecond
 */
public record ResumeTicket(String id, String session, String user, Instant until) {}
