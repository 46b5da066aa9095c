package io.drawbridge.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster, and how this node finds the others.
 *
 * @param host the address that other nodes reach this one by; it listens there alone
 * @param members addresses to look for other nodes at, each with or without a port; an IPv6 address
 *     with a port stands in brackets
 * @param port of the cluster's manager, 1 to 65535; where it is taken, one of the next nine
 * @param busPort of the event bus, 0 to 65535; 0 for any free one
 * @param kubernetesService finds the members through a headless service instead
 * @param tls of the event bus between the nodes, each of which shows its certificate to the other
 */
public record ClusterSettings(
    boolean enabled,
    String host,
    List<String> members,
    int port,
    int busPort,
    @Nullable String kubernetesService,
    TlsSettings tls) {

  public ClusterSettings {
    members = List.copyOf(members);
  }

  static ClusterSettings from(Section cluster) {
    return new ClusterSettings(
        cluster.read("enabled", Values::flag),
        cluster.read("host", Values::host),
        cluster.list("members", Addresses::member),
        cluster.read("port", Values.number(1, 65_535)),
        cluster.read("busPort", Values.PORT),
        cluster.optional("kubernetesService", Values::host),
        TlsSettings.ofCluster(cluster.child("tls")));
  }

  /** Whether other machines can't reach this node. */
  public boolean isLoopback() {
    return Addresses.isLoopback(host);
  }

  /** Whether a member is on this machine. */
  public static boolean isLoopback(String member) {
    return Addresses.isLoopback(member);
  }
}
