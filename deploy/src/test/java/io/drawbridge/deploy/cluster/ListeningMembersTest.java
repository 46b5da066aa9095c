package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.logging.Logger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ListeningMembersTest {
  /** Of a network that is for documentation alone (RFC 5737): nobody answers. */
  private static final String NOBODY = "192.0.2.1:5701";

  private final InetAddress loopback = InetAddress.getLoopbackAddress();

  private static List<String> found(String... members) {
    ListeningMembers look = new ListeningMembers(Logger.getLogger("test"), List.of(members));
    return StreamSupport.stream(look.discoverNodes().spliterator(), false)
        .map(node -> node.getPrivateAddress().getHost() + ":" + node.getPrivateAddress().getPort())
        .toList();
  }

  @Test
  void areThoseWhereSomebodyListens() throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      String closed;
      try (ServerSocket gone = new ServerSocket(0, 1, loopback)) {
        closed = "127.0.0.1:" + gone.getLocalPort();
      }
      String first = "127.0.0.1:" + one.getLocalPort();
      String second = "127.0.0.1:" + other.getLocalPort();

      assertThat(found(first, closed, second)).containsExactlyInAnyOrder(first, second);
      assertThat(found(closed)).isEmpty();
    }
  }

  @Test
  void areLookedForByNameEachTime() throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, loopback)) {
      assertThat(found("localhost:" + one.getLocalPort(), "nobody.invalid:5701"))
          .containsExactly("127.0.0.1:" + one.getLocalPort());
    }
  }

  /** All are asked at once: those that don't answer cost one wait together. */
  @Test
  @Timeout(4)
  void areNotWaitedForOneByOne() throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, loopback)) {
      String here = "127.0.0.1:" + one.getLocalPort();
      long before = System.nanoTime();

      assertThat(found(Stream.generate(() -> NOBODY).limit(20).toArray(String[]::new))).isEmpty();
      assertThat(found(NOBODY, NOBODY, here)).containsExactly(here);

      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isLessThan(ListeningMembers.PATIENCE.multipliedBy(3));
    }
  }
}
