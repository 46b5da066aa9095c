package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A server with 32 MB of heap and 32 MB besides, under input without end")
@EnabledOnOs(OS.LINUX)
final class AbuseTest {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * 1024;

  /** Want of heap ends the process; want of the rest, the connection that needed it. */
  private static final String SMALL =
      "-Xmx32m -XX:MaxDirectMemorySize=32m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError";

  /** Both of the above, and what Java needs for itself. */
  private static final long MOST_MEMORY = 256L * MIB;

  /** No rates, so that much comes in little time; and short waits. */
  private static final String SETTINGS =
      """
      echo: { prefix: "" }
      roles: [echo, guard]
      guard: { perPeerPerMinute: 1 }
      limits:
        messages: unlimited
        bytes: unlimited
        keyMessages: unlimited
        connectRate: unlimited
        connectionsPerAddress: unlimited
        fragments: unlimited
        frameSize: 16MiB
        messageSize: 16MiB
        outbound: 256KiB
        handshake: 2s
        pong: 1s
        throttledFor: 1s
      """;

  @TempDir private static Path folder = Path.of("");

  /** What the server's kernel has taken of all floods. */
  private static final List<AtomicLong> FLOODS = new ArrayList<>();

  private static Child server;

  private final List<WsConversation> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(folder.resolve("small.yaml"), SETTINGS);
    server =
        Child.start(folder, Map.of("JAVA_TOOL_OPTIONS", SMALL), "run", "--config", "small.yaml");
    server.awaitReady();
  }

  @AfterEach
  void stillServes() {
    good().send("still there?").expect("still there?").bye();
    clients.forEach(WsConversation::reset);
  }

  @AfterAll
  static void neverNeededMoreThanItHas() throws Exception {
    try (Child child = server) {
      long sent = FLOODS.stream().mapToLong(AtomicLong::get).sum();
      assertThat(sent).as("bytes that were sent in all").isGreaterThan(250L * MIB);
      assertThat(child.peakMemory()).isLessThan(MOST_MEMORY);
      child.terminate();
      assertThat(child.exitStatus()).as(child.err()).isZero();
      assertThat(child.err()).doesNotContain(" ERROR ");
    }
  }

  // --- who comes --------------------------------------------------------------------------------

  private static int port() {
    return server.port("echo");
  }

  private static WsConversation good() {
    return WsConversation.open(port());
  }

  private List<WsConversation> open(int count) {
    for (int i = 0; i < count; i++) {
      clients.add(good());
    }
    return clients;
  }

  private List<WsConversation> connect(int count) {
    for (int i = 0; i < count; i++) {
      clients.add(WsConversation.connect(port()));
    }
    return clients;
  }

  private static void flood(WsConversation client, byte[] bytes, long times) {
    FLOODS.add(client.flood(bytes, times));
  }

  /** The server must end each of them, sooner or later. */
  private void allAreGone() {
    clients.forEach(WsConversation::expectGone);
  }

  private static byte[] times(int count, byte[] frame) {
    byte[][] frames = new byte[count][];
    Arrays.fill(frames, frame);
    return ClientFrames.join(frames);
  }

  /** So much of each at a time: none seems to read no more. */
  private void readInTurns(int turns, long bytes) {
    for (int turn = 0; turn < turns; turn++) {
      clients.forEach(client -> client.skip(bytes));
    }
  }

  // --- messages and frames ----------------------------------------------------------------------

  @Test
  void endlessSmallMessages() {
    byte[] block = times(4 * KIB, ClientFrames.binary(new byte[10]));
    open(4).forEach(client -> flood(client, block, 100));

    readInTurns(100, 4L * KIB * 12);
  }

  @Test
  void endlessLargeMessages() {
    byte[] message = ClientFrames.binary(new byte[60 * KIB]);
    open(4).forEach(client -> flood(client, message, 500));

    readInTurns(500, 60 * KIB + 4);
  }

  @Test
  void messagesOfAMillionFragments() {
    byte[] fragments = times(64 * KIB, ClientFrames.middle("x"));
    WsConversation client = open(1).get(0);

    for (int message = 0; message < 5; message++) {
      client.raw(ClientFrames.firstText(""));
      for (int i = 0; i < 16; i++) {
        client.raw(fragments);
        FLOODS.add(new AtomicLong(fragments.length));
      }
      client.raw(ClientFrames.last("")).skip(10 + MIB);
    }
  }

  @Test
  void aMessageOfEmptyFragmentsWithoutEnd() {
    byte[] fragments = times(8 * KIB, ClientFrames.middle(""));
    open(4).forEach(client -> flood(client.raw(ClientFrames.firstText("")), fragments, 1_000));

    allAreGone();
  }

  @Test
  @DisplayName("1,000 clients promise a frame of 16 MB each, and stop after 4 KB")
  void promisesOfLargeFrames() {
    byte[] half =
        ClientFrames.join(
            ClientFrames.of(Opcode.BINARY).declaring(16 * MIB).bytes(), new byte[4 * KIB]);

    open(1_000).forEach(client -> client.raw(half));
  }

  @Test
  @DisplayName("1,000 clients stop in the middle of a header")
  void halfHeaders() {
    byte[] frame = ClientFrames.of(Opcode.BINARY).declaring(16 * MIB).bytes();

    open(1_000).forEach(client -> client.raw(Arrays.copyOf(frame, 9)));
  }

  @Test
  void pingsWithoutEnd() {
    byte[] pings = times(KIB, ClientFrames.ping("x".repeat(125)));
    open(20).forEach(client -> flood(client, pings, 1_000));

    allAreGone();
  }

  @Test
  void aFloodBehindTheHandshakeThatDoesNotWaitForItsAnswer() {
    byte[] message = ClientFrames.binary(new byte[60 * KIB]);
    byte[] all = ClientFrames.join(HandshakeText.valid().bytes(), times(100, message));
    connect(4).forEach(client -> flood(client, all, 1));

    clients.forEach(WsConversation::expectUpgrade);
    readInTurns(100, 60 * KIB + 4);
  }

  // --- clients that don't read ------------------------------------------------------------------

  @Test
  void peersThatNeverRead() {
    byte[] message = ClientFrames.binary(new byte[60 * KIB]);
    open(20).forEach(client -> flood(client, message, 1_000));

    allAreGoneWithoutReading();
  }

  @Test
  @DisplayName("who is slowed down and ends TCP: all that the kernel holds comes at once")
  void peersThatAreThrottledAndEndTheirDirection() {
    byte[] message = ClientFrames.binary(new byte[60 * KIB]);
    byte[] more = times(100, message);
    for (WsConversation client : open(8)) {
      // Reading as fast as it sends makes the kernel's buffers grow.
      flood(client, message, 300);
      client.skip(300L * (60 * KIB + 4));
      client.raw(times(150, ClientFrames.ping(""))).raw(more).halfClose();
    }

    allAreGone();
  }

  /** A write fails once the server has cut the socket, whatever is left to read. */
  private void allAreGoneWithoutReading() {
    for (WsConversation client : clients) {
      await().pollInterval(Duration.ofMillis(20)).until(() -> !takes(client));
    }
  }

  private static boolean takes(WsConversation client) {
    try {
      client.raw(new byte[1]);
      return true;
    } catch (UncheckedIOException cut) {
      return false;
    }
  }

  // --- handshakes -------------------------------------------------------------------------------

  @Test
  void junkInsteadOfAHandshake() {
    Random random = new Random(1);
    byte[] junk = new byte[16 * KIB];
    for (int i = 0; i < 1_000; i++) {
      random.nextBytes(junk);
      try (WsConversation client = WsConversation.connect(port())) {
        flood(client, junk.clone(), 1);
      }
    }
  }

  @Test
  void headersWithoutEnd() {
    everyRequestEnds(
        "GET / HTTP/1.1\r\nHost: localhost\r\n", "X-Filler: " + "x".repeat(KIB) + "\r\n");
  }

  @Test
  void aHeaderWithoutEnd() {
    everyRequestEnds("GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: ", "x".repeat(KIB));
  }

  @Test
  void aRequestLineWithoutEnd() {
    everyRequestEnds("GET /", "x".repeat(KIB));
  }

  @Test
  void aBodyWithoutEnd() {
    everyRequestEnds(
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        "400\r\n" + "x".repeat(KIB) + "\r\n");
  }

  @Test
  void requestsWithoutEnd() {
    everyRequestEnds("", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private void everyRequestEnds(String start, String repeated) {
    byte[] first = start.getBytes(StandardCharsets.ISO_8859_1);
    byte[] block = repeated.repeat(64).getBytes(StandardCharsets.ISO_8859_1);
    Consumer<WsConversation> request = client -> flood(client.raw(first), block, 1_000);
    connect(20).forEach(request);

    allAreGone();
  }

  @Test
  @DisplayName("300 clients stop in the middle of their headers, near the limit")
  void headersThatStop() {
    String start =
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + ("X: " + "x".repeat(1_000) + "\r\n").repeat(15);
    byte[] half = start.getBytes(StandardCharsets.ISO_8859_1);
    connect(300).forEach(client -> client.raw(half));

    allAreGone();
  }
}
