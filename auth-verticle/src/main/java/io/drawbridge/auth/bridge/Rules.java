package io.drawbridge.auth.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.BodySchema;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.BridgeSettings;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what at which address of the event bus (contract, section 3.4). An immutable value: to
 * change the rules is to put another in its place.
 *
 * <p>{@code bridge.inbound} is asked for send and publish, {@code bridge.outbound} for register.
 * The first rule in the list whose address, action and scope match decides; the body must keep to
 * its schema, and to no other's. Without one, it is denied.
 */
public final class Rules {
  private final RuleList inbound;
  private final RuleList outbound;

  public Rules(BridgeSettings settings) {
    inbound = RuleList.of("bridge.inbound", settings.inbound());
    outbound = RuleList.of("bridge.outbound", settings.outbound());
  }

  /** What the rules say of a message or a registration. */
  public sealed interface Judgement permits Allowed, Denied, BadBody {}

  /**
   * It may pass.
   *
   * @param rule the path of the rule that decided, such as {@code bridge.inbound[2]}
   * @param timeout how long a reply is waited for; null for the usual time
   */
  public record Allowed(String rule, @Nullable Duration timeout) implements Judgement {}

  /**
   * No rule allows it.
   *
   * @param why for the operator; names no part of the body
   */
  public record Denied(String why) implements Judgement {}

  /**
   * A rule allows it, but not with this body.
   *
   * @param rule the path of the rule that decided
   * @param pointer where in the body (RFC 6901), empty for the whole of it
   * @param message what is expected there; for the client
   * @param keyword the place in the schema, as a pointer; names no part of the body
   */
  public record BadBody(String rule, String pointer, String message, String keyword)
      implements Judgement {}

  /**
   * Judges a message of a client's. Never throws, whatever the address and the body.
   *
   * @param rights of its token
   * @param body as Vert.x reads JSON
   */
  public Judgement judge(
      BridgeAction action, String address, Set<String> rights, @Nullable Object body) {
    RuleList.Rule rule = list(action).deciding(action, address, rights);
    if (rule == null) {
      return denied(action, address, rights);
    }
    BodySchema schema = rule.settings().schema();
    BodySchema.Fault fault = schema == null ? null : fault(schema, body);
    return fault == null
        ? allowed(rule)
        : new BadBody(rule.path(), fault.pointer(), fault.message(), fault.keyword());
  }

  /** Judges what has no body, or any: a registration, or an operator's question. */
  public Judgement judge(BridgeAction action, String address, Set<String> rights) {
    RuleList.Rule rule = list(action).deciding(action, address, rights);
    return rule == null ? denied(action, address, rights) : allowed(rule);
  }

  private RuleList list(BridgeAction action) {
    return action == BridgeAction.REGISTER ? outbound : inbound;
  }

  private Denied denied(BridgeAction action, String address, Set<String> rights) {
    return new Denied(list(action).whyNot(action, address, rights));
  }

  private static Allowed allowed(RuleList.Rule rule) {
    return new Allowed(rule.path(), rule.settings().timeout());
  }

  private static BodySchema.@Nullable Fault fault(BodySchema schema, @Nullable Object body) {
    JsonNode tree = JsonTree.of(body);
    return tree == null
        ? new BodySchema.Fault("", "is no JSON, or nested too deeply", "")
        : schema.fault(tree);
  }
}
