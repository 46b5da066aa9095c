package io.drawbridge.config;

import java.util.ArrayList;
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
        bridge.entries("outbound", BridgeRule.KEYS, entry -> outbound(entry, towardsClient)));
  }

  private static BridgeRule outbound(Section entry, Set<BridgeAction> usual) {
    if (entry.isSet("schema")) {
      entry.problem("a schema is for what clients send: it has its place in bridge.inbound");
    }
    return BridgeRule.from(entry, usual);
  }

  /** Parts of rules that have no say where they stand. */
  List<Problem> warnings() {
    List<Problem> warnings = new ArrayList<>();
    for (int i = 0; i < inbound.size(); i++) {
      if (inbound.get(i).actions().contains(BridgeAction.REGISTER)) {
        warnings.add(
            new Problem(
                path("inbound", i),
                "register does nothing here: it has its place in bridge.outbound"));
      }
    }
    for (int i = 0; i < outbound.size(); i++) {
      if (!outbound.get(i).actions().equals(Set.of(BridgeAction.REGISTER))) {
        warnings.add(
            new Problem(
                path("outbound", i),
                "send and publish do nothing here: they have their place in bridge.inbound"));
      }
    }
    return warnings;
  }

  private static String path(String list, int index) {
    return "bridge." + list + "[" + index + "].actions";
  }
}
