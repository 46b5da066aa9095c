package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTickets;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The addresses that clients of this node listen to, for all of its event loops: each has one
 * consumer on the event bus, however many listen, and none when nobody does. One a process.
 * Thread-safe; nothing here waits.
 */
public final class AddressHub {
  /** What happens to one address happens in order, under this map's lock for it. */
  private final ConcurrentMap<String, Topic> topics = new ConcurrentHashMap<>();

  /** Their sessions whose clients may come back to any of the event loops. */
  final ResumableSessions resumable;

  /**
   * How long a client waits that was sent away (10 s at most), and what its next connection takes.
   */
  private static final Duration FAREWELL = Duration.ofSeconds(11);

  /** Whether clients may come back to other processes. */
  private final boolean clustered;

  /** How long a process that ends waits at most for clients to come to another. */
  final Duration farewell;

  /** Of a process whose clients come back to no other. */
  public AddressHub() {
    this(ResumeTickets.own());
  }

  /**
   * @param tickets of all processes that clients may come back to; where Vert.x is not clustered,
   *     that is this one alone
   */
  public AddressHub(ResumeTickets tickets) {
    this(tickets, false, FAREWELL);
  }

  /**
   * @param clustered true: there are others on the same event bus, even if Vert.x knows of none
   */
  AddressHub(ResumeTickets tickets, boolean clustered, Duration farewell) {
    this.resumable = new ResumableSessions(tickets);
    this.clustered = clustered;
    this.farewell = farewell;
  }

  /** Whether clients may come back to other processes. */
  boolean isClustered(Vertx vertx) {
    return clustered || vertx.isClustered();
  }

  /** From now on, this audience hears its address. To be called on its event loop. */
  void join(EventBus bus, Audience audience) {
    topics.compute(
        audience.address,
        (address, known) -> {
          Topic topic = known == null ? new Topic(bus, address) : known;
          topic.add(audience);
          return topic;
        });
  }

  /** The audience has nobody left. */
  void leave(Audience audience) {
    topics.computeIfPresent(
        audience.address,
        (address, topic) -> {
          topic.remove(audience);
          if (!topic.isEmpty()) {
            return topic;
          }
          topic.end();
          return null;
        });
  }

  /**
   * An event loop ends, whose own audiences have left: the consumers that it has move to others.
   * What comes between is lost, as it is for clients that are sent away.
   */
  void leave(Context ending) {
    for (String each : topics.keySet()) {
      topics.computeIfPresent(
          each,
          (address, topic) -> {
            Audience refuge = topic.refuge(ending);
            if (refuge != null) {
              topic.end();
              refuge.context.runOnContext(moved -> revive(address, topic, refuge.context));
            }
            return topic;
          });
    }
  }

  private void revive(String address, Topic moved, Context here) {
    topics.computeIfPresent(
        address,
        (same, topic) -> {
          if (topic == moved) {
            topic.listenAgain(here);
          }
          return topic;
        });
  }

  /** How many event loops listen to an address; 0 where it has no consumer. */
  int eventLoops(String address) {
    Topic topic = topics.get(address);
    return topic == null ? 0 : topic.eventLoops();
  }

  /** How many addresses are listened to. */
  int size() {
    return topics.size();
  }
}
