/**
 * The event-bus bridge: JSON envelopes of authenticated clients to messages of the event bus and
 * back.
 */
@NullMarked
package io.drawbridge.auth.bridge;

import org.jspecify.annotations.NullMarked;
