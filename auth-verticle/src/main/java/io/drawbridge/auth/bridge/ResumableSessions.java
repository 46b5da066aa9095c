package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.ResumeTickets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this process whose clients may come back, by the ticket that each has; no more
 * than there are sessions. Thread-safe; nothing here waits.
 */
final class ResumableSessions {
  private final ResumeTickets tickets = new ResumeTickets(new SecureRandom());
  private final ConcurrentMap<String, BridgeSession> byTicket = new ConcurrentHashMap<>();
  private final AtomicInteger parked = new AtomicInteger();

  /** What all of them keep for their clients, in bytes. */
  final AtomicLong bytes = new AtomicLong();

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

  /** The session that this user has the ticket of, which is used up by it; null for none. */
  @Nullable BridgeSession take(String ticket, String user, Instant now) {
    ResumeTicket opened = tickets.open(ticket, user, now);
    return opened == null ? null : byTicket.remove(opened.id());
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
