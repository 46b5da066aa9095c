package io.drawbridge.connection;

import io.drawbridge.guard.Edge;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Node;
import io.drawbridge.wire.DeflateContexts;

/**
 * What all connections of an edge on one event loop share.
 *
 * @param edge its name and limits
 * @param node the process
 * @param guard takes error events, lends permits
 * @param meters what is counted
 * @param connections all that are open
 * @param deflate for those that agreed on compression
 */
public record EdgeContext(
    Edge edge,
    Node node,
    Guard guard,
    ConnectionMeters meters,
    Connections connections,
    DeflateContexts deflate) {

  /** The same under other limits. */
  public EdgeContext with(Edge reloaded) {
    return new EdgeContext(reloaded, node, guard, meters, connections, deflate);
  }
}
