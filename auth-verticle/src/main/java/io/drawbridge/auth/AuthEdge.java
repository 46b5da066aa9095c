package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.guard.Node;

/**
 * What the clients of the secure server on one event loop share.
 *
 * @param settings of the server
 * @param verifier of their tokens
 * @param bridge to the event bus
 * @param node the process
 */
record AuthEdge(AuthSettings settings, TokenVerifier verifier, Bridge bridge, Node node) {}
