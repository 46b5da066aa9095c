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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

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
  private final Server server;
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

  /** What they speak to. */
  private interface Server {
    WsConversation open(NodeProcess node);

    /** What keeps a client out that has just come; nothing where it is let in. */
    Optional<ServerFrame> refusal(WsConversation client);

    String request(long number);

    /** Else it is a notice, as that reading goes on in a moment. */
    boolean isAnswer(String text);

    boolean isServed(String answer);
  }

  /** A service, by the bridge. */
  private record Bridge(String token) implements Server {
    @Override
    public WsConversation open(NodeProcess node) {
      return WsConversation.open(node.port("auth"));
    }

    @Override
    public Optional<ServerFrame> refusal(WsConversation client) {
      ServerFrame hello = client.send(token).next();
      boolean isLetIn = isText(hello) && text(hello).equals("Authenticated!");
      return isLetIn ? Optional.empty() : Optional.of(hello);
    }

    @Override
    public String request(long number) {
      return Callers.request(SERVICE, number);
    }

    @Override
    public boolean isAnswer(String text) {
      return new JsonObject(text).containsKey("address");
    }

    @Override
    public boolean isServed(String answer) {
      return new JsonObject(answer).getString("type").equals("rec");
    }
  }

  /** The echo server, which lets in everybody and answers everything. */
  private record Echo() implements Server {
    @Override
    public WsConversation open(NodeProcess node) {
      return WsConversation.connectFrom(ECHO_CLIENT, node.port("echo"))
          .raw(HandshakeText.valid().bytes())
          .expectUpgrade();
    }

    @Override
    public Optional<ServerFrame> refusal(WsConversation client) {
      return Optional.empty();
    }

    @Override
    public String request(long number) {
      return Long.toString(number);
    }

    @Override
    public boolean isAnswer(String text) {
      return !text.startsWith("Error: ");
    }

    @Override
    public boolean isServed(String answer) {
      return true;
    }
  }

  static Callers ofService(String token, int count, NodeProcess... nodes) {
    return new Callers(new Bridge(token), count, nodes);
  }

  static Callers ofEcho(int count, NodeProcess... nodes) {
    return new Callers(new Echo(), count, nodes);
  }

  private Callers(Server server, int count, NodeProcess... nodes) {
    this.server = server;
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
      try (WsConversation client = server.open(node)) {
        Optional<ServerFrame> refusal = server.refusal(client);
        if (refusal.isPresent()) {
          judge(refusal.get());
        } else {
          ask(number, client);
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
      ServerFrame frame = client.send(server.request(request)).next();
      while (isText(frame) && !server.isAnswer(text(frame))) {
        frame = client.next();
      }
      if (!isText(frame)) {
        unanswered.put(request, text(frame));
        judge(frame);
        return;
      }
      if (server.isServed(text(frame))) {
        unanswered.remove(request);
        answered.incrementAndGet();
        served(number);
      } else {
        refused(request, new JsonObject(text(frame)));
      }
      pause(BETWEEN_REQUESTS_MILLIS);
    }
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
