package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients that connect again and again with the token of the day; none may be refused. */
final class TokenLoad {
  private static final int CLIENTS = 3;

  private final int port;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();

  /** The token that each client has talked with last. */
  private final Map<Integer, String> used = new ConcurrentHashMap<>();

  private volatile String token;

  TokenLoad(int port, String token) {
    this.port = port;
    this.token = token;
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      Thread thread = new Thread(() -> talk(client));
      clients.add(thread);
      thread.start();
    }
    use(token);
  }

  private void talk(int client) {
    while (!over.get()) {
      String shown = token;
      try {
        accepted(port, shown).send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}").bye();
        used.put(client, shown);
      } catch (RuntimeException | AssertionError e) {
        failures.add(e);
      }
    }
  }

  /** From now on all show this one; ends when each has done so. */
  void use(String another) {
    token = another;
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                !failures.isEmpty()
                    || (used.size() == CLIENTS
                        && used.values().stream().allMatch(another::equals)));
  }

  void end() throws InterruptedException {
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(failures).isEmpty();
  }

  /** A session by the header. */
  static WsConversation accepted(int port, String token) {
    return WsConversation.open(port, handshake(token));
  }

  /** What the handshake with this token is answered. */
  static int status(int port, String token) {
    try (WsConversation client = WsConversation.connect(port)) {
      return client.raw(handshake(token).bytes()).status();
    }
  }

  private static HandshakeText handshake(String token) {
    return HandshakeText.valid().with("Authorization", "Bearer " + token);
  }
}
