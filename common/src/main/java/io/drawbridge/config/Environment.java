package io.drawbridge.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The environment variables that set a key, such as {@code DRAWBRIDGE_ECHO_PORT}. */
final class Environment {

  private static final String PREFIX = "DRAWBRIDGE_";

  /** Read by the start script, not by us. */
  private static final Set<String> OF_THE_LAUNCHER =
      Set.of(PREFIX + "OPTS", PREFIX + "JAVA_OPTS", PREFIX + "HOME");

  /**
   * Kubernetes gives every pod such variables for a service named drawbridge or drawbridge-echo.
   * Nobody set them on purpose, and a gateway must not refuse to start for them.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          PREFIX + "(\\w+_)?(SERVICE_(HOST|PORT)(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

  private static final Pattern SERVICE_LINK_PORT = Pattern.compile(PREFIX + "(\\w+_)?PORT");
  private static final Pattern SERVICE_LINK_URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private Environment() {}

  /** Lays the known variables over the tree; an unknown one, or one given twice, is a problem. */
  static void overlay(Map<String, String> environment, Overlay overlay, List<Problem> problems) {
    Map<String, String> paths = pathsByVariable();
    Map<String, String> variables = new HashMap<>();
    // In a fixed order, so that the same environment gives the same problems.
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              String path = paths.get(variable);
              if (isNotOurs(variable, text)) {
                return;
              }
              if (path == null) {
                problems.add(new Problem(variable, unknown(variable, paths.keySet())));
                return;
              }
              String twin = variables.put(path, variable);
              if (twin != null) {
                problems.add(new Problem(variable, "sets the same key as " + twin));
              }
              overlay.add(path, text);
            });
  }

  /** Both spellings: {@code ALLOWWEAKSECRET} and {@code ALLOW_WEAK_SECRET}. */
  static Map<String, String> pathsByVariable() {
    Map<String, String> paths = new HashMap<>();
    for (String path : Defaults.paths()) {
      String words = path.replaceAll("([a-z])([A-Z])", "$1_$2");
      paths.put(variable(path), path);
      paths.put(variable(words), path);
    }
    return paths;
  }

  private static String variable(String path) {
    return PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private static boolean isNotOurs(String variable, String text) {
    return !variable.startsWith(PREFIX)
        || OF_THE_LAUNCHER.contains(variable)
        || SERVICE_LINK.matcher(variable).matches()
        || (SERVICE_LINK_PORT.matcher(variable).matches()
            && SERVICE_LINK_URL.matcher(text).matches());
  }

  private static String unknown(String variable, Set<String> known) {
    return UnknownKey.nearest(variable.substring(PREFIX.length()), withoutPrefix(known))
        .map(name -> "unknown variable; did you mean " + PREFIX + name + "?")
        .orElse("unknown variable; see the configuration guide for the names");
  }

  private static List<String> withoutPrefix(Set<String> variables) {
    return variables.stream().map(name -> name.substring(PREFIX.length())).sorted().toList();
  }
}
