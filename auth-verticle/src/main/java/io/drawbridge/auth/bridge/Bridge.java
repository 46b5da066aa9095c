package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.BridgeRule;
import io.drawbridge.config.BridgeSettings;
import io.drawbridge.connection.Connection;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What the sessions of one event loop share: the event bus, and the rules of who may use it. */
public final class Bridge {
  /** The answer to a ping. */
  public static final String PONG = "{\"type\":\"pong\"}";

  final EventBus bus;
  final String node;
  private final List<BridgeRule> inbound;

  public Bridge(EventBus bus, String node, BridgeSettings settings) {
    this.bus = bus;
    this.node = node;
    this.inbound = settings.inbound();
  }

  public BridgeSession open(Connection connection, Session session) {
    return new BridgeSession(this, connection, session);
  }

  /** Whether it is a bridge's ping, which clients send even before they have shown a token. */
  public static boolean isPing(String text) {
    if (!text.startsWith("{")) {
      return false;
    }
    JsonObject envelope = Envelope.parse(text);
    return envelope != null && "ping".equals(envelope.getValue("type"));
  }

  /** Nothing is allowed but what a rule names. */
  boolean allows(BridgeAction action, String address) {
    return inbound.stream()
        .anyMatch(rule -> address.equals(rule.address()) && rule.actions().contains(action));
  }
}
