package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.bridge.Resumption;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.guard.Node;
import java.util.concurrent.Executor;

/**
 * What all clients of the secure edge on one event loop share.
 *
 * @param settings of the edge
 * @param verifier of their tokens
 * @param bridge to the event bus
 * @param sessions of all event loops of the process
 * @param resumption on what terms clients come back
 * @param node the process
 * @param loop their event loop, for who comes from elsewhere
 */
record AuthContext(
    AuthSettings settings,
    TokenVerifier verifier,
    Bridge bridge,
    SessionRegistry sessions,
    Resumption resumption,
    Node node,
    Executor loop) {}
