package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionHandle;
import java.util.function.Function;

/**
 * A client that comes back to its session.
 *
 * @param session with the token that it has now
 * @param seen the number of the last envelope that it has; negative where it doesn't say
 * @param handle ends it from now on
 * @param answer the first message to it
 * @param tooLate called on its own event loop where the session has ended meanwhile
 */
public record Return(
    Session session,
    long seen,
    SessionHandle handle,
    Function<? super Resumption.Offer, String> answer,
    Runnable tooLate) {}
