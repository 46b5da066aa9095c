package io.drawbridge.deploy.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.merge.LatestUpdateMergePolicy;
import io.drawbridge.config.ClusterSettings;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings of Hazelcast, made of ours; with none of its own files, and nothing left open. */
final class HazelcastConfig {
  /** Nodes of one machine that look for each other without being told their ports. */
  static final int PORTS = 10;

  private static final int BACKUPS = 1;

  /**
   * A node that was killed is noticed by its sockets. One that is frozen keeps them: it is given up
   * after 5 s, and taken back within seconds when it goes on.
   */
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.discovery.enabled", "true"),
          // Or it would listen on all addresses.
          Map.entry("hazelcast.socket.bind.any", "false"),
          // We leave in our own order.
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
          // A thread that writes to a node that is frozen spins until that goes on, and what else
          // it should write waits (hazelcast#26473): with three, most others then seem dead.
          Map.entry("hazelcast.io.output.thread.count", "16"),
          // While a node claims to be the next master, it counts nobody's heartbeats: it must give
          // up who does not answer before it thinks all others dead.
          Map.entry("hazelcast.mastership.claim.timeout.seconds", "3"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "2"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "2"),
          Map.entry("hazelcast.wait.seconds.before.join", "1"),
          Map.entry("hazelcast.max.join.seconds", "30"),
          Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
          Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
          // A node that leaves waits no longer for others to take its share; they have a copy.
          Map.entry("hazelcast.graceful.shutdown.max.wait", "5"));

  private HazelcastConfig() {}

  static Config of(ClusterSettings settings, InetAddress address, String node) {
    // What it says before it has read these settings goes by this.
    System.setProperty("hazelcast.logging.type", "slf4j");
    Config config = new Config();
    config.setClusterName("drawbridge");
    config.setInstanceName(node);
    config.setClassLoader(HazelcastConfig.class.getClassLoader());
    PROPERTIES.forEach(config::setProperty);
    config.setProperty(
        "hazelcast.prefer.ipv4.stack", Boolean.toString(!(address instanceof Inet6Address)));
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    network(config.getNetworkConfig(), settings, address.getHostAddress());
    // What Vert.x keeps there.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(BACKUPS)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(BACKUPS));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(BACKUPS));
    config.addMapConfig(
        new MapConfig("drawbridge.*")
            .setBackupCount(BACKUPS)
            .setPerEntryStatsEnabled(true)
            .setMergePolicyConfig(
                new MergePolicyConfig().setPolicy(LatestUpdateMergePolicy.class.getName())));
    return config;
  }

  private static void network(NetworkConfig network, ClusterSettings settings, String host) {
    network.setPort(settings.port()).setPortAutoIncrement(true).setPortCount(PORTS);
    network.getInterfaces().setEnabled(true).addInterface(host);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    String service = settings.kubernetesService();
    if (service == null) {
      join.getDiscoveryConfig()
          .addDiscoveryStrategyConfig(ListeningMembers.config(members(settings)));
    } else {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", service)
          .setProperty("service-port", Integer.toString(settings.port()));
    }
  }

  /** Several processes of one machine have ports of their own; another machine is asked at ours. */
  static List<String> members(ClusterSettings settings) {
    List<String> members = new ArrayList<>();
    for (String member : settings.members()) {
      if (hasPort(member)) {
        members.add(member);
      } else {
        int ports = ClusterSettings.isLoopback(member) ? PORTS : 1;
        for (int i = 0; i < ports; i++) {
          members.add(authority(member, settings.port() + i));
        }
      }
    }
    return members;
  }

  private static boolean hasPort(String member) {
    int colon = member.lastIndexOf(':');
    boolean isBareAddress = member.indexOf(':') != colon && !member.startsWith("[");
    return colon >= 0 && !member.endsWith("]") && !isBareAddress;
  }

  private static String authority(String host, int port) {
    return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
  }
}
