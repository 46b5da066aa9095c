package io.drawbridge.connection;

import io.drawbridge.guard.Edge;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Node;

/**
 * What all connections of an edge on one event loop share.
 *
 * @param edge its name and limits
 * @param node the process
 * @param guard takes error events, lends permits
 * @param meters what is counted
 * @param connections all that are open
 */
public record EdgeContext(
    Edge edge, Node node, Guard guard, ConnectionMeters meters, Connections connections) {}
