package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.merge.LatestUpdateMergePolicy;
import io.drawbridge.config.ClusterSettings;
import io.drawbridge.deploy.TestSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HazelcastConfigTest {

  @Test
  void listensAtOneAddressAndLooksWhereItIsTold() throws Exception {
    NetworkConfig network = config("cluster.port", "6000").getNetworkConfig();

    assertThat(network.getPort()).isEqualTo(6000);
    assertThat(network.getPortCount()).isEqualTo(10);
    assertThat(network.isPortAutoIncrement()).isTrue();
    assertThat(network.getInterfaces().isEnabled()).isTrue();
    assertThat(network.getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
    JoinConfig join = network.getJoin();
    assertThat(join.getDiscoveryConfig().getDiscoveryStrategyConfigs()).hasSize(1);
    assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
    assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
    assertThat(join.getKubernetesConfig().isEnabled()).isFalse();
  }

  /** Several nodes share a loopback address, and only there. */
  @Test
  void looksForNodesOfThisMachineAtAllTheirPorts() throws Exception {
    assertThat(members("127.0.0.1"))
        .containsExactly(
            IntStream.range(6000, 6010).mapToObj(p -> "127.0.0.1:" + p).toArray(String[]::new));
    assertThat(members("::1")).hasSize(10).contains("[::1]:6000", "[::1]:6009");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.7, 10.0.0.7:6000",
    "10.0.0.7:7, 10.0.0.7:7",
    "127.0.0.1:7, 127.0.0.1:7",
    "node-2.example, node-2.example:6000",
    "2001:db8::7, [2001:db8::7]:6000",
    "[2001:db8::7], [2001:db8::7]:6000",
    "[2001:db8::7]:7, [2001:db8::7]:7"
  })
  void looksForOthersAtOnePort(String member, String at) throws Exception {
    assertThat(members(member)).containsExactly(at);
  }

  @Test
  void asksTheServiceOfKubernetesInstead() throws Exception {
    JoinConfig join =
        config("cluster.port", "6000", "cluster.kubernetesService", "nodes.ns.svc")
            .getNetworkConfig()
            .getJoin();

    assertThat(join.getDiscoveryConfig().getDiscoveryStrategyConfigs()).isEmpty();
    assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
    assertThat(join.getKubernetesConfig().getProperty("service-dns")).isEqualTo("nodes.ns.svc");
    assertThat(join.getKubernetesConfig().getProperty("service-port")).isEqualTo("6000");
  }

  @Test
  void keepsToItselfAndIsQuick() throws Exception {
    Config config = config();

    assertThat(config.getClusterName()).isEqualTo("drawbridge");
    assertThat(config.getJetConfig().isEnabled()).isFalse();
    assertThat(config.getMetricsConfig().isEnabled()).isFalse();
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.logging.type")).isEqualTo("slf4j");
    assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
    assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("5");
    assertThat(config.getProperty("hazelcast.io.output.thread.count")).isEqualTo("16");
    assertThat(config.getProperty("hazelcast.mastership.claim.timeout.seconds")).isEqualTo("3");
    assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds")).isEqualTo("2");
    assertThat(config.getProperty("hazelcast.merge.next.run.delay.seconds")).isEqualTo("2");
    assertThat(config.getProperty("hazelcast.graceful.shutdown.max.wait")).isEqualTo("5");
  }

  @Test
  void keepsASecondCopyOfWhatIsShared() throws Exception {
    Config config = config();

    assertThat(config.findMultiMapConfig("__vertx.subs").getBackupCount()).isEqualTo(1);
    assertThat(config.findMapConfig("__vertx.nodeInfo").getBackupCount()).isEqualTo(1);
    MapConfig ours = config.findMapConfig("drawbridge.anything");
    assertThat(ours.getName()).isEqualTo("drawbridge.*");
    assertThat(ours.getBackupCount()).isEqualTo(1);
    assertThat(ours.isPerEntryStatsEnabled()).isTrue();
    assertThat(ours.getMergePolicyConfig().getPolicy())
        .isEqualTo(LatestUpdateMergePolicy.class.getName());
  }

  private static Iterable<String> members(String member) {
    return HazelcastConfig.members(
        TestSettings.of(Path.of(""), "cluster.port", "6000", "cluster.members", member).cluster());
  }

  private static Config config(String... changes) throws Exception {
    ClusterSettings settings = TestSettings.of(Path.of(""), changes).cluster();
    return HazelcastConfig.of(
        settings, InetAddress.getAllByName("127.0.0.1")[0], "node-under-test");
  }
}
