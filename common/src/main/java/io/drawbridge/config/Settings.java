package io.drawbridge.config;

import java.nio.file.Path;
import java.util.Set;

/**
 * All settings of one process, complete and checked.
 *
 * @param data folder for what the product makes itself: generated keys, spooled events
 * @param limits the limits of both edges; an edge's own, with its overrides, stand in {@code
 *     echo.limits()} and {@code auth.limits()}
 * @param roles what this process runs; never empty
 */
public record Settings(
    Path data,
    EchoSettings echo,
    AuthSettings auth,
    BridgeSettings bridge,
    FirewallSettings firewall,
    ProxySettings proxy,
    TlsSettings tls,
    LimitSettings limits,
    CompressionSettings compression,
    GuardSettings guard,
    OpsSettings ops,
    ClusterSettings cluster,
    SessionSettings session,
    DrainSettings drain,
    Set<Role> roles) {

  public Settings {
    roles = Copies.ordered(roles);
  }

  static Settings from(Section root) {
    return new Settings(
        root.read("data", Values::path),
        EchoSettings.from(root),
        AuthSettings.from(root),
        BridgeSettings.from(root.child("bridge")),
        FirewallSettings.from(root.child("firewall")),
        ProxySettings.from(root.child("proxy")),
        TlsSettings.from(root.child("tls")),
        LimitSettings.from(root.child("limits")),
        CompressionSettings.from(root.child("compression")),
        GuardSettings.from(root.child("guard")),
        OpsSettings.from(root.child("ops")),
        ClusterSettings.from(root.child("cluster")),
        SessionSettings.from(root.child("session")),
        DrainSettings.from(root.child("drain")),
        Copies.ordered(root.nonEmptyList("roles", Values.word(Role.class))));
  }
}
