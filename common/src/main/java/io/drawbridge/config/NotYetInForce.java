package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keys that this version knows but doesn't act on. Putting one in force deletes its line here.
 *
 * <p>Values are compared, not texts: {@code 60s} is no change from {@code 1m}.
 */
final class NotYetInForce {

  /** The value of a key. */
  @FunctionalInterface
  private interface Getter {
    @Nullable Object of(Settings settings);
  }

  private record Key(String path, Getter getter) {}

  /** Ignoring one of these would leave a door open that the operator believes is shut. */
  private static final List<Key> REFUSED =
      List.of(
          new Key("cluster.enabled", s -> s.cluster().enabled()),
          new Key("cluster.kubernetesService", s -> s.cluster().kubernetesService()),
          new Key("cluster.tls", s -> s.cluster().tls()));

  private static final List<Key> WARNED =
      List.of(
          new Key("cluster.host", s -> s.cluster().host()),
          new Key("cluster.members", s -> s.cluster().members()),
          new Key("cluster.port", s -> s.cluster().port()));

  private NotYetInForce() {}

  static List<Problem> problems(Settings settings, Settings defaults) {
    return REFUSED.stream()
        .filter(key -> isChanged(key, settings, defaults))
        .map(key -> new Problem(key.path(), refusal(key.path())))
        .toList();
  }

  static List<Problem> warnings(Settings settings, Settings defaults) {
    return WARNED.stream()
        .filter(key -> isChanged(key, settings, defaults))
        .map(key -> new Problem(key.path(), "read, but not in force in this version"))
        .toList();
  }

  private static boolean isChanged(Key key, Settings settings, Settings defaults) {
    return !Objects.equals(key.getter().of(settings), key.getter().of(defaults));
  }

  private static String refusal(String path) {
    JsonNode usual = Defaults.tree().at("/" + path.replace('.', '/'));
    return "not supported by this version; leave it at its default (" + usual + ")";
  }
}
