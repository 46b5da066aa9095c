package io.drawbridge.connection;

import io.drawbridge.guard.Edge;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.collection.IntObjectHashMap;

/** What the connections of one edge count. Used on one event loop; the meters below are shared. */
public final class ConnectionMeters {
  private final MeterRegistry meters;
  private final Edge edge;
  private final Counter messagesIn;
  private final Counter messagesOut;
  private final Counter bytesIn;
  private final Counter bytesOut;
  private final Counter throttled;
  private final IntObjectHashMap<Counter> closes = new IntObjectHashMap<>();

  public ConnectionMeters(MeterRegistry meters, Edge edge) {
    this.meters = meters;
    this.edge = edge;
    messagesIn = counter("drawbridge.messages.in", "Messages received");
    messagesOut = counter("drawbridge.messages.out", "Messages sent");
    bytesIn = counter("drawbridge.bytes.in", "Payload bytes of messages received");
    bytesOut = counter("drawbridge.bytes.out", "Payload bytes of messages sent");
    throttled = counter("drawbridge.throttled", "Times that a connection began to be throttled");
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).tag("edge", edge.name()).register(meters);
  }

  void received(long messages, long bytes) {
    messagesIn.increment((double) messages);
    bytesIn.increment((double) bytes);
  }

  void sent(long messages, long bytes) {
    messagesOut.increment((double) messages);
    bytesOut.increment((double) bytes);
  }

  void throttled() {
    throttled.increment();
  }

  /** A connection ended; the codes that clients may invent are counted as one. */
  void closed(int code) {
    int counted = code >= 3000 && code != 3000 && code != 3003 && code != 3008 ? 4000 : code;
    Counter counter = closes.get(counted);
    if (counter == null) {
      counter =
          Counter.builder("drawbridge.closes")
              .description("Connections ended, by close code; 4000 stands for all private ones")
              .tag("edge", edge.name())
              .tag("code", Integer.toString(counted))
              .register(meters);
      closes.put(counted, counter);
    }
    counter.increment();
  }
}
