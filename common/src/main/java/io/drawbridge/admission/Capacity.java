package io.drawbridge.admission;

import io.drawbridge.guard.Edge;
import io.drawbridge.guard.ErrorKind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections this node has: over all its edges, and of each address over each of them.
 * Thread-safe: edges on different event loops share it.
 */
public final class Capacity {
  private static final Verdict ADDRESS_FULL =
      new Verdict.Refused(
          ErrorKind.CONNECTION_LIMIT,
          429,
          "Too many open connections of this address",
          Map.of(),
          ErrorKind.CONNECTION_LIMIT.retryAfter());

  private final AtomicLong open = new AtomicLong();

  /** Only those that have a connection: there are never more of them than connections. */
  private final Map<Place, Long> ofAddresses = new ConcurrentHashMap<>();

  /** One address at one edge. */
  private record Place(String edge, String address) {}

  public long open() {
    return open.get();
  }

  /**
   * A check that refuses where the node, or the address at this edge, has all the connections that
   * the edge's limits allow, and otherwise takes a place.
   */
  public Check check(Edge edge) {
    long most = edge.limits().connections();
    long mostOfAddress = edge.limits().connectionsPerAddress();
    return handshake -> {
      Place place = new Place(edge.name(), handshake.peer());
      if (ofAddresses.merge(place, 1L, Long::sum) > mostOfAddress) {
        leave(place);
        return ADDRESS_FULL;
      }
      if (open.incrementAndGet() > most) {
        leave(edge, handshake.peer());
        return Verdict.refused(ErrorKind.CONNECTION_LIMIT, ErrorKind.CONNECTION_LIMIT.words());
      }
      return Verdict.ADMITTED;
    };
  }

  /** Gives a place back: once for each handshake that the edge's check has admitted. */
  public void leave(Edge edge, String address) {
    open.decrementAndGet();
    leave(new Place(edge.name(), address));
  }

  private void leave(Place place) {
    ofAddresses.computeIfPresent(place, (same, count) -> count == 1 ? null : count - 1);
  }

  /** How many addresses are counted. */
  int addresses() {
    return ofAddresses.size();
  }
}
