package io.drawbridge.auth.bridge;

import com.google.re2j.Pattern;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.BridgeRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One list of rules, compiled: addresses are looked up, and only the patterns that stand before
 * what was found are tried, each in time linear in the address.
 */
record RuleList(String path, List<Rule> all, Map<String, List<Rule>> exact, List<Rule> patterns) {

  /** A rule with its place in the list and its pattern, where it has one. */
  record Rule(String path, int index, BridgeRule settings, @Nullable Pattern pattern) {

    private boolean permits(BridgeAction action, Set<String> rights) {
      return settings.actions().contains(action) && isInScope(rights);
    }

    private boolean isInScope(Set<String> rights) {
      String scope = settings.scope();
      return scope == null || rights.contains(scope);
    }

    private boolean matches(String address) {
      return pattern == null
          ? address.equals(settings.address())
          : !BridgeRule.isOurs(address) && pattern.matches(address);
    }
  }

  static RuleList of(String path, List<BridgeRule> settings) {
    List<Rule> all = new ArrayList<>();
    Map<String, List<Rule>> exact = new HashMap<>();
    List<Rule> patterns = new ArrayList<>();
    for (int i = 0; i < settings.size(); i++) {
      String regex = settings.get(i).addressRegex();
      Pattern pattern = regex == null ? null : Pattern.compile(regex);
      Rule rule = new Rule(path + "[" + i + "]", i, settings.get(i), pattern);
      all.add(rule);
      String address = rule.settings().address();
      if (address == null) {
        patterns.add(rule);
      } else {
        exact.computeIfAbsent(address, key -> new ArrayList<>()).add(rule);
      }
    }
    return new RuleList(path, all, exact, patterns);
  }

  /** The first that matches the address, the action and the scope. */
  @Nullable Rule deciding(BridgeAction action, String address, Set<String> rights) {
    Rule named =
        exact.getOrDefault(address, List.of()).stream()
            .filter(rule -> rule.permits(action, rights))
            .findFirst()
            .orElse(null);
    for (Rule rule : patterns) {
      if (named != null && named.index() < rule.index()) {
        return named;
      }
      if (rule.permits(action, rights) && rule.matches(address)) {
        return rule;
      }
    }
    return named;
  }

  /** Why there is no such rule. */
  String whyNot(BridgeAction action, String address, Set<String> rights) {
    List<Rule> near = all.stream().filter(rule -> rule.matches(address)).toList();
    if (near.isEmpty()) {
      return BridgeRule.isOurs(address)
          ? "no rule of " + path + " names this address, and no pattern reaches it"
          : "no rule of " + path + " has this address";
    }
    return near.stream()
        .map(rule -> rule.path() + whyNot(rule, action, rights))
        .collect(Collectors.joining("; "));
  }

  private static String whyNot(Rule rule, BridgeAction action, Set<String> rights) {
    return rule.isInScope(rights)
        ? " does not allow " + action.name().toLowerCase(Locale.ROOT)
        : " asks for the scope " + rule.settings().scope();
  }
}
