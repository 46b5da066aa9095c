package io.drawbridge.deploy.cluster;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.ServerFrame;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Clients that ask one thing after the other, and go to another node when they are sent away or cut
 * off: of a service on the event bus, by the bridge of some node, or of the echo server alone.
 * Notes what became of every request.
 */
final class Callers implements AutoCloseable {
  /** Where the service must be; it answers what it is sent. */
  static final String SERVICE = "work";

  /** Another one than that of other clients, whose limit they would share. */
  private static final String ECHO_CLIENT = "127.0.0.2";

  private static final long BETWEEN_REQUESTS_MILLIS = 5;
  private static final long BETWEEN_TRIES_MILLIS = 50;

  private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /** Null where they speak to the echo server. */
  private final @Nullable String token;

  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();

  /** Requests without an answer, and what came instead. */
  private final Map<Long, String> unanswered = new ConcurrentHashMap<>();

  /** What a client was told that is not just to come again. */
  private final Set<String> complaints = ConcurrentHashMap.newKeySet();

  /** When each client had its last answer. */
  private final long[] last;

  private long longest;
  private volatile boolean over;

  static Callers ofService(String token, int count, NodeProcess... nodes) {
    return new Callers(token, count, nodes);
  }

  static Callers ofEcho(int count, NodeProcess... nodes) {
    return new Callers(null, count, nodes);
  }

  private Callers(@Nullable String token, int count, NodeProcess... nodes) {
    this.token = token;
    this.nodes.addAll(List.of(nodes));
    this.last = new long[count];
    for (int i = 0; i < count; i++) {
      int number = i;
      Thread thread = new Thread(() -> call(number), "caller-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** One node has come in another's place. */
  void replace(NodeProcess before, NodeProcess after) {
    nodes.add(after);
    nodes.remove(before);
  }

  private void call(int number) {
    last[number] = System.nanoTime();
    for (int turn = number; !over; turn++) {
      NodeProcess node = nodes.get(turn % nodes.size());
      try (WsConversation client = open(node)) {
        if (token == null || isAuthenticated(client, token)) {
          ask(number, client);
        }
      } catch (UncheckedIOException | AssertionError cutOff) {
        // Killed, or not there yet: another one is.
      }
      pause(BETWEEN_TRIES_MILLIS);
    }
  }

  private WsConversation open(NodeProcess node) {
    if (token != null) {
      return WsConversation.open(node.port("auth"));
    }
    return WsConversation.connectFrom(ECHO_CLIENT, node.port("echo"))
        .raw(HandshakeText.valid().bytes())
        .expectUpgrade();
  }

  private boolean isAuthenticated(WsConversation client, String shown) {
    ServerFrame hello = client.send(shown).next();
    boolean is = isText(hello) && text(hello).equals("Authenticated!");
    if (!is) {
      judge(hello);
    }
    return is;
  }

  private void ask(int number, WsConversation client) {
    while (!over) {
      long request = numbers.incrementAndGet();
      unanswered.put(request, "nothing");
      String text = token == null ? Long.toString(request) : request(SERVICE, request);
      ServerFrame frame = client.send(text).next();
      while (isText(frame) && !isAnswer(frame)) {
        frame = client.next();
      }
      if (!isText(frame)) {
        unanswered.put(request, text(frame));
        judge(frame);
        return;
      }
      if (isServed(text(frame))) {
        unanswered.remove(request);
        answered.incrementAndGet();
        served(number);
      } else {
        refused(request, new JsonObject(text(frame)));
      }
      pause(BETWEEN_REQUESTS_MILLIS);
    }
  }

  private boolean isServed(String answer) {
    return token == null || new JsonObject(answer).getString("type").equals("rec");
  }

  private void refused(long request, JsonObject answer) {
    unanswered.put(request, answer.encode());
    if (!answer.getBoolean("temporary")) {
      complaints.add(answer.encode());
    }
  }

  /** What a client sends to ask at an address; the answer comes to one of its own. */
  static String request(String address, Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("body", body)
        .put("replyAddress", "answer")
        .encode();
  }

  private synchronized void served(int number) {
    long now = System.nanoTime();
    longest = Math.max(longest, now - last[number]);
    last[number] = now;
  }

  /** A frame that ends the conversation. */
  private void judge(ServerFrame frame) {
    boolean sentAway =
        frame.opcode() == Opcode.CLOSE && frame.closeCode() == CloseCode.SERVICE_RESTART;
    if (!sentAway) {
      complaints.add(text(frame));
    }
  }

  /** Else it is a notice, as that reading goes on in a moment. */
  private boolean isAnswer(ServerFrame frame) {
    String text = text(frame);
    return token == null
        ? !text.startsWith("Error: ")
        : new JsonObject(text).containsKey("address");
  }

  private static boolean isText(ServerFrame frame) {
    return frame.opcode() == Opcode.TEXT;
  }

  private static String text(ServerFrame frame) {
    return new String(frame.payload(), StandardCharsets.UTF_8);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- what became of them ----------------------------------------------------------------------

  long answered() {
    return answered.get();
  }

  /**
   * The longest that any client has waited from one answer to the next since this was asked last.
   */
  synchronized Duration longestPause() {
    long now = System.nanoTime();
    for (int i = 0; i < last.length; i++) {
      longest = Math.max(longest, now - last[i]);
      last[i] = now;
    }
    Duration pause = Duration.ofNanos(longest);
    longest = 0;
    return pause;
  }

  /** What clients were told but that they should come again. */
  Set<String> complaints() {
    return Set.copyOf(complaints);
  }

  /** Requests without an answer, and what came instead; to be asked when it is over. */
  Map<Long, String> unanswered() {
    return Map.copyOf(unanswered);
  }

  /** Each lets its last request be answered. */
  @Override
  public void close() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join(WsConversation.PATIENCE.toMillis());
    }
  }
}
