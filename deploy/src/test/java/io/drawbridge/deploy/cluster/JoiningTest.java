package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.config.ClusterSettings;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator is told where a node can't join, and what it does where it can. */
class JoiningTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
  void aFirstNodeIsAloneWhateverFormItsHostHas(String host) throws Exception {
    ClusterNode.Joined joined = join("cluster.host", host, "cluster.members", host);

    assertThat(joined.node().size()).isEqualTo(1);
    assertThat(joined.node().isActive()).isTrue();

    Servers.await(joined.vertx().close().toCompletionStage());
    assertThat(joined.node().size()).isZero();
    assertThat(joined.node().isActive()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
  void saysThatTheHostIsNotOfThisMachine(String host) {
    refuses("cluster.host " + host + " is no address of this machine", "cluster.host", host);
  }

  @Test
  void saysThatTheHostIsUnknown() {
    refuses("cluster.host nowhere.invalid is unknown", "cluster.host", "nowhere.invalid");
  }

  @Test
  void saysThatThePortOfTheBusIsTaken() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(other.getLocalPort());

      refuses("cluster.busPort " + port + " is taken", "cluster.busPort", port);
    }
  }

  @Test
  void saysThatAllPortsOfTheClusterAreTaken() throws Exception {
    int first = Nodes.freePorts();
    List<ServerSocket> others = new ArrayList<>();
    try {
      for (int port = first; port < first + HazelcastConfig.PORTS; port++) {
        others.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
      }

      refuses(
          "cluster.port " + first + " and the next 9 are taken",
          "cluster.port",
          String.valueOf(first));
    } finally {
      for (ServerSocket other : others) {
        other.close();
      }
    }
  }

  private void refuses(String words, String... changes) {
    assertThatThrownBy(() -> join(changes))
        .hasCauseInstanceOf(IOException.class)
        .cause()
        .hasMessage("can't join the cluster: " + words);
  }

  private ClusterNode.Joined join(String... changes) throws IOException {
    List<String> all = new ArrayList<>(List.of(changes));
    if (!all.contains("cluster.port")) {
      all.addAll(List.of("cluster.port", String.valueOf(Nodes.freePorts())));
    }
    ClusterSettings settings = TestSettings.of(folder, all.toArray(String[]::new)).cluster();
    return Servers.await(
        ClusterNode.join(new VertxOptions(), settings, null, "node-under-test")
            .toCompletionStage());
  }
}
