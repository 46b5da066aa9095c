package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.ResumeTickets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of this process whose clients may come back, by the ticket that each has; no more
 * than there are sessions. Thread-safe; nothing here waits.
 */
final class ResumableSessions {
  private static final Logger LOG = LoggerFactory.getLogger(ResumableSessions.class);

  private final ResumeTickets tickets;
  private final AtomicBoolean toldOfOwnKey = new AtomicBoolean();
  private final ConcurrentMap<String, BridgeSession> byTicket = new ConcurrentHashMap<>();
  private final AtomicInteger parked = new AtomicInteger();

  /** What all of them keep for their clients, in bytes. */
  final AtomicLong bytes = new AtomicLong();

  ResumableSessions(ResumeTickets tickets) {
    this.tickets = tickets;
  }

  /** There are other processes that clients may come back to. */
  void clustered() {
    if (!tickets.isShared() && toldOfOwnKey.compareAndSet(false, true)) {
      LOG.warn(
          "clients can come back to this process alone: set session.ticketKey, the same on all nodes");
    }
  }

  /** A ticket's id for this session, good once. */
  String issue(BridgeSession session) {
    String id = UUID.randomUUID().toString();
    byTicket.put(id, session);
    return id;
  }

  /** The ticket as its client gets it. */
  String seal(ResumeTicket ticket) {
    return tickets.seal(ticket);
  }

  /** What a ticket says; null where it is none, another user's or has ended. */
  @Nullable ResumeTicket open(String ticket, String user, Instant now) {
    return tickets.open(ticket, user, now);
  }

  /** The session of this process that has the ticket, which is used up by it; null for none. */
  @Nullable BridgeSession take(String ticketId) {
    return byTicket.remove(ticketId);
  }

  /** Whether a ticket is still good. */
  boolean has(String ticketId) {
    return byTicket.containsKey(ticketId);
  }

  void forget(String ticketId) {
    byTicket.remove(ticketId);
  }

  /** One more whose client is away, unless there are so many. */
  boolean park(long most) {
    if (parked.incrementAndGet() > most) {
      parked.decrementAndGet();
      return false;
    }
    return true;
  }

  void unpark() {
    parked.decrementAndGet();
  }

  /** How many have no connection now. */
  int parked() {
    return parked.get();
  }

  /** How many could be come back to. */
  int size() {
    return byTicket.size();
  }
}
