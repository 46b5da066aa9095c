package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("1,000 clients that send and never read")
@EnabledOnOs(OS.LINUX)
final class NeverReadingTest {
  private static final int CLIENTS = 1_000;
  private static final int KIB = 1024;

  /** What may wait for one client, as in the settings. */
  private static final int OUTBOUND = 64 * KIB;

  /** What had been read when reading was stopped. */
  private static final int READ = 128 * KIB;

  private static final long MOST_FOR_ALL = (long) CLIENTS * (OUTBOUND + READ);

  /** Direct memory for that, and to spare. */
  private static final String MEMORY =
      "-Xmx64m -XX:MaxDirectMemorySize=256m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError";

  private static final String SETTINGS =
      """
      echo: { prefix: "" }
      roles: [echo, guard]
      limits:
        messages: unlimited
        bytes: unlimited
        keyMessages: unlimited
        connectRate: unlimited
        connectionsPerAddress: unlimited
        outbound: 64KiB
        messageSize: 16KiB
        frameSize: 16KiB
      drain: { over: 0s }
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void takeNoMoreThanAllOfTheirLimitsTogether() throws Exception {
    Files.writeString(folder.resolve("never.yaml"), SETTINGS);
    Map<String, String> memory = Map.of("JAVA_TOOL_OPTIONS", MEMORY);
    List<WsConversation> clients = new ArrayList<>();
    try (Child server = Child.start(folder, memory, "run", "--config", "never.yaml")) {
      server.awaitReady();
      int port = server.port("echo");
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(WsConversation.openNarrow(port));
      }
      long before = server.peakMemory();

      byte[] message = ClientFrames.binary(new byte[8 * KIB]);
      List<AtomicLong> floods = clients.stream().map(client -> client.flood(message, 512)).toList();
      awaitPushedBack(floods);

      WsConversation.open(port).send("still there?").expect("still there?").bye();
      assertThat(taken(floods)).isGreaterThan(4 * MOST_FOR_ALL);
      assertThat(server.peakMemory() - before).isLessThan(MOST_FOR_ALL);
      assertThat(server.err()).doesNotContain(" WARN ", " ERROR ");
    } finally {
      clients.forEach(WsConversation::reset);
    }
  }

  private static long taken(List<AtomicLong> floods) {
    return floods.stream().mapToLong(AtomicLong::get).sum();
  }

  /** Waits until the kernel has taken nothing for a second. */
  private static void awaitPushedBack(List<AtomicLong> floods) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> taken(floods) == last.getAndSet(taken(floods)));
  }
}
