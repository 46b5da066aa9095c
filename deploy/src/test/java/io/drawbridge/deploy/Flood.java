package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One address that sends messages over several connections as fast as TCP takes them, and notes
 * when each echo comes back. The echo must have no prefix.
 */
public final class Flood implements AutoCloseable {
  private static final byte[] MESSAGE = ClientFrames.text("more and more");
  private static final int AT_ONCE = 64;

  private final List<WsConversation> clients = new ArrayList<>();
  private final List<AtomicLong> taken = new ArrayList<>();

  /** When each echo came. */
  private final Queue<Long> passed = new ConcurrentLinkedQueue<>();

  private final AtomicInteger told = new AtomicInteger();

  /** Before the first connection, and so before the first permit. */
  private final long start = System.nanoTime();

  /**
   * Begins.
   *
   * @param address of this machine, such as 127.0.0.2
   * @param connections how many
   */
  public Flood(String address, int port, int connections) {
    for (int i = 0; i < connections; i++) {
      clients.add(WsConversation.connectFrom(address, port));
    }
    clients.forEach(client -> client.raw(HandshakeText.valid().bytes()).expectUpgrade());
    byte[][] block = new byte[AT_ONCE][];
    Arrays.fill(block, MESSAGE);
    for (WsConversation client : clients) {
      Thread reader = new Thread(() -> read(client), "flood-reader");
      reader.setDaemon(true);
      reader.start();
      taken.add(client.flood(ClientFrames.join(block), Long.MAX_VALUE));
    }
  }

  private void read(WsConversation client) {
    try {
      while (true) {
        String text = client.text();
        if (text.startsWith("Error: ")) {
          told.incrementAndGet();
        } else {
          passed.add(System.nanoTime());
        }
      }
    } catch (UncheckedIOException cut) {
      // By close().
    }
  }

  /** How long it has gone on. */
  public Duration time() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** How many messages the kernel has taken so far. */
  public long offered() {
    return taken.stream().mapToLong(AtomicLong::get).sum() / MESSAGE.length;
  }

  /** How many echoes have come so far. */
  public int passed() {
    return passed.size();
  }

  /** How many connections were told that they are slowed down. */
  public int told() {
    return told.get();
  }

  /**
   * At no moment had more come through than {@code perSecond} × time + burst, which is one second's
   * worth; and most of it has, since the first came.
   */
  public void expectHeldTo(int perSecond) {
    assertThat(excess(perSecond, List.of(this))).as("messages too many").isNotPositive();
    // A cold server takes its time for the first.
    double sinceFirst = (System.nanoTime() - passed.element()) / 1e9;
    assertThat((double) passed.size()).isGreaterThan(0.6 * perSecond * (sinceFirst + 1));
  }

  /**
   * By how many messages several floods of one address have come above {@code perSecond} × time +
   * burst, which is one second's worth, when they were furthest above it; negative where they have
   * always been below.
   */
  public static double excess(int perSecond, List<Flood> floods) {
    long start = floods.stream().mapToLong(flood -> flood.start).min().orElseThrow();
    long[] all =
        floods.stream()
            .flatMap(flood -> flood.passed.stream())
            .mapToLong(at -> at)
            .sorted()
            .toArray();
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < all.length; i++) {
      most = Math.max(most, i + 1 - perSecond * ((all[i] - start) / 1e9 + 1));
    }
    return most;
  }

  @Override
  public void close() {
    clients.forEach(WsConversation::reset);
  }
}
