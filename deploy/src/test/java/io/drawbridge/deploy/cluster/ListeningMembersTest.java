package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.logging.Logger;
import io.drawbridge.deploy.TestSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ListeningMembersTest {
  /** Of a network that is for documentation alone (RFC 5737): nobody answers. */
  private static final String NOBODY = "192.0.2.1:5701";

  private static HazelcastInstance node;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    String first = String.valueOf(Nodes.freePorts());
    Config config =
        HazelcastConfig.of(
            TestSettings.of(Path.of(""), "cluster.port", first).cluster(),
            InetAddress.getLoopbackAddress(),
            "node-under-test");
    node = Hazelcast.newHazelcastInstance(config);
    port = node.getCluster().getLocalMember().getAddress().getPort();
  }

  @AfterAll
  static void stop() {
    node.shutdown();
  }

  private static List<String> found(String... members) {
    ListeningMembers look = new ListeningMembers(Logger.getLogger("test"), List.of(members));
    return StreamSupport.stream(look.discoverNodes().spliterator(), false)
        .map(each -> each.getPrivateAddress().getHost() + ":" + each.getPrivateAddress().getPort())
        .toList();
  }

  /** A frozen process is connected to as well, by the kernel, and says nothing. */
  @Test
  void areThoseThatAnswer() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket silent = new ServerSocket(0, 1, loopback);
        ServerSocket closed = new ServerSocket(0, 1, loopback)) {
      closed.close();

      assertThat(
              found(
                  "127.0.0.1:" + silent.getLocalPort(),
                  "127.0.0.1:" + port,
                  "127.0.0.1:" + closed.getLocalPort()))
          .containsExactly("127.0.0.1:" + port);
    }
  }

  @Test
  void areLookedForByNameEachTime() {
    assertThat(found("localhost:" + port, "nobody.invalid:5701"))
        .containsExactly("127.0.0.1:" + port);
  }

  /** All are asked at once: those that don't answer cost one wait together. */
  @Test
  void areNotWaitedForOneByOne() {
    long before = System.nanoTime();

    assertThat(found(Stream.generate(() -> NOBODY).limit(20).toArray(String[]::new))).isEmpty();
    assertThat(found(NOBODY, NOBODY, "127.0.0.1:" + port)).containsExactly("127.0.0.1:" + port);

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isLessThan(ListeningMembers.PATIENCE.multipliedBy(10));
  }
}
