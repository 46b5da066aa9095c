package io.drawbridge.auth.bridge;

import java.time.Duration;

/** That one session listens to one address. */
final class Registration {
  final BridgeSession session;

  /** How long the session may take to answer a request that comes by this address. */
  final Duration answerWithin;

  /** Where its audience keeps it. */
  int index;

  Registration(BridgeSession session, Duration answerWithin) {
    this.session = session;
    this.answerWithin = answerWithin;
  }
}
