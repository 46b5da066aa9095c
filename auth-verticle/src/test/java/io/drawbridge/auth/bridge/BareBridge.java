package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.token.Claims;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.BridgeRule;
import io.drawbridge.config.BridgeSettings;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.wire.Payload;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A bridge without a token before it, for user 42. */
final class BareBridge implements MessageHandler {
  /** Has the session's token refreshed by one without the scope. */
  static final String LOSES_VIP = "loses vip";

  private final AddressHub hub;
  private @Nullable Line bridged;

  BareBridge(AddressHub hub) {
    this.hub = hub;
  }

  @Override
  public void opened(Connection connection) {
    Bridge bridge =
        new Bridge(Vertx.currentContext().owner(), hub, "node-test", new Rules(rules()));
    bridged = bridge.open(connection, session(Set.of("vip")));
  }

  @Override
  public void text(Connection connection, Payload payload) {
    if (bridged == null) {
      throw new IllegalStateException("not opened");
    }
    String text = payload.text();
    if (text.equals(LOSES_VIP)) {
      bridged.refreshed(session(Set.of("other")));
    } else {
      bridged.receive(Envelope.parse(text), false);
    }
  }

  @Override
  public void binary(Connection connection, Payload payload) {}

  @Override
  public void closed(Connection connection) {
    if (bridged != null) {
      bridged.closed();
    }
  }

  private static Session session(Set<String> rights) {
    Claims claims =
        new Claims("42", rights, null, null, null, Instant.MAX, "0".repeat(64), "0".repeat(12));
    return new Session("session-1", claims, "node-test", "127.0.0.1", Instant.EPOCH);
  }

  private static BridgeSettings rules() {
    List<BridgeRule> outbound = new ArrayList<>();
    outbound.add(rule("news", null));
    outbound.add(rule("vip", "vip"));
    outbound.add(rule("many.more", null));
    for (int i = 0; i < Registrations.MOST; i++) {
      outbound.add(rule("many." + i, null));
    }
    return new BridgeSettings(List.of(), outbound);
  }

  private static BridgeRule rule(String address, @Nullable String scope) {
    return new BridgeRule(address, null, scope, null, Set.of(BridgeAction.REGISTER), null);
  }
}
