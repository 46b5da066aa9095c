package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cluster, and how this node finds the others.
 *
 * @param host the address that other nodes reach this one by
 * @param members addresses to look for other nodes at
 * @param port 0 to 65535
 * @param kubernetesService finds the members through a headless service instead
 * @param tls TLS between the nodes, not yet typed; kept out of {@link #toString}
 */
public record ClusterSettings(
    boolean enabled,
    String host,
    List<String> members,
    int port,
    @Nullable String kubernetesService,
    Map<String, JsonNode> tls) {

  public ClusterSettings {
    members = List.copyOf(members);
    tls = Map.copyOf(tls);
  }

  static ClusterSettings from(Section cluster) {
    return new ClusterSettings(
        cluster.read("enabled", Values::flag),
        cluster.read("host", Values::host),
        cluster.list("members", Values::host),
        cluster.read("port", Values.PORT),
        cluster.optional("kubernetesService", Values::nonEmptyText),
        cluster.read("tls", Values::mapping));
  }

  /** Without the values of tls: a key's password may be among them. */
  @Override
  public String toString() {
    return "ClusterSettings[enabled=%s, host=%s, members=%s, port=%d, kubernetesService=%s, tls=%s]"
        .formatted(enabled, host, members, port, kubernetesService, tls.keySet());
  }
}
