package io.drawbridge.deploy.cluster;

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

/**
 * Clients of a service on the event bus, each of which asks it one thing after the other by the
 * bridge of some node, and goes to another node when it is sent away or cut off. Notes what became
 * of every request.
 */
final class Callers implements AutoCloseable {
  /** Where the service must be; it answers what it is sent. */
  static final String SERVICE = "work";

  private static final long BETWEEN_REQUESTS_MILLIS = 5;
  private static final long BETWEEN_TRIES_MILLIS = 50;

  private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final String token;
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

  Callers(String token, int count, NodeProcess... nodes) {
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
      try (WsConversation client = WsConversation.open(node.port("auth"))) {
        ServerFrame hello = client.send(token).next();
        if (isText(hello) && text(hello).equals("Authenticated!")) {
          ask(number, client);
        } else {
          judge(hello);
        }
      } catch (UncheckedIOException | AssertionError cutOff) {
        // Killed, or not there yet: another one is.
      }
      pause(BETWEEN_TRIES_MILLIS);
    }
  }

  private void ask(int number, WsConversation client) {
    while (!over) {
      long request = numbers.incrementAndGet();
      unanswered.put(request, "nothing");
      ServerFrame frame = client.send(request(SERVICE, request)).next();
      while (isText(frame) && !isAnswer(frame)) {
        frame = client.next();
      }
      if (!isText(frame)) {
        unanswered.put(request, text(frame));
        judge(frame);
        return;
      }
      JsonObject answer = new JsonObject(text(frame));
      if (answer.getString("type").equals("rec")) {
        unanswered.remove(request);
        answered.incrementAndGet();
        served(number);
      } else {
        unanswered.put(request, answer.encode());
        if (!answer.getBoolean("temporary")) {
          complaints.add(answer.encode());
        }
      }
      pause(BETWEEN_REQUESTS_MILLIS);
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
  private static boolean isAnswer(ServerFrame frame) {
    return new JsonObject(text(frame)).containsKey("address");
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
