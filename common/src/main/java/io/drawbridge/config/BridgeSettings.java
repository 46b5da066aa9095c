package io.drawbridge.config;

import java.util.List;
import java.util.Set;

/**
 * What clients may do on the event bus; what no rule allows is refused.
 *
 * @param inbound what clients may send or publish to
 * @param outbound what clients may register
 */
public record BridgeSettings(List<BridgeRule> inbound, List<BridgeRule> outbound) {

  public BridgeSettings {
    inbound = List.copyOf(inbound);
    outbound = List.copyOf(outbound);
  }

  static BridgeSettings from(Section bridge) {
    Set<BridgeAction> towardsBus = Set.of(BridgeAction.SEND, BridgeAction.PUBLISH);
    Set<BridgeAction> towardsClient = Set.of(BridgeAction.REGISTER);
    return new BridgeSettings(
        bridge.entries("inbound", BridgeRule.KEYS, entry -> BridgeRule.from(entry, towardsBus)),
        bridge.entries(
            "outbound", BridgeRule.KEYS, entry -> BridgeRule.from(entry, towardsClient)));
  }
}
