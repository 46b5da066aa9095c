package io.drawbridge.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is kept for a client that lost its connection and may come back.
 *
 * @param resumeFor how long; more than zero
 * @param resumeMessages the most messages; {@link Integer#MAX_VALUE} for unlimited
 * @param resumeBytes the most bytes of them; {@link LimitSettings#UNLIMITED} for unlimited
 * @param ticketKey what tickets are sealed with, on all nodes, at least 32 bytes; null for the
 *     secret of tokens, if there is one
 */
public record SessionSettings(
    Duration resumeFor, int resumeMessages, long resumeBytes, @Nullable Secret ticketKey) {

  static SessionSettings from(Section session) {
    return new SessionSettings(
        session.read("resumeFor", Quantities::positiveDuration),
        session.read("resumeMessages", Quantities::smallCount),
        session.read("resumeBytes", Quantities::size),
        session.optional("ticketKey", Values::keySecret));
  }
}
