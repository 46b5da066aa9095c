package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One permission on the event bus. Exactly one of address and addressRegex is set.
 *
 * @param address the one address that it matches
 * @param addressRegex a {@link com.google.re2j.Pattern} that must match the whole address; never
 *     one of the {@linkplain #isOurs gateway's own}
 * @param scope must be among the token's permissions; null asks for none
 * @param schema that the body must keep to; null for none
 * @param actions never empty; by default send and publish inbound, register outbound
 * @param timeout how long a reply is waited for; null for the event bus's own
 */
public record BridgeRule(
    @Nullable String address,
    @Nullable String addressRegex,
    @Nullable String scope,
    @Nullable BodySchema schema,
    Set<BridgeAction> actions,
    @Nullable Duration timeout) {

  static final List<String> KEYS =
      List.of("address", "addressRegex", "scope", "schema", "actions", "timeout");

  public BridgeRule {
    actions = Copies.ordered(actions);
  }

  static BridgeRule from(Section entry, Set<BridgeAction> usualActions) {
    if (entry.isSet("address") == entry.isSet("addressRegex")) {
      entry.problem("needs exactly one of address and addressRegex");
    }
    return new BridgeRule(
        entry.optional("address", Values::nonEmptyText),
        entry.optional("addressRegex", Values::regex),
        entry.optional("scope", Values::nonEmptyText),
        entry.optional("schema", BridgeRule::parseSchema),
        actions(entry, usualActions),
        entry.optional("timeout", Quantities::positiveDuration));
  }

  /**
   * Whether an address belongs to the gateway or to Vert.x: the guard, sessions, pushes to users,
   * replies. No pattern reaches those, however wide: only a rule with that very address does.
   */
  public static boolean isOurs(String address) {
    return address.startsWith("drawbridge.") || address.startsWith("__vertx.");
  }

  private static Set<BridgeAction> actions(Section entry, Set<BridgeAction> usual) {
    if (!entry.isSet("actions")) {
      return usual;
    }
    return Copies.ordered(entry.nonEmptyList("actions", Values.word(BridgeAction.class)));
  }

  private static BodySchema parseSchema(JsonNode node) {
    if (node.isObject() || node.isBoolean()) {
      return BodySchema.of(node.deepCopy());
    }
    throw new BadValue("expected a JSON Schema (a mapping), got " + Values.shown(node));
  }
}
