package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The sessions of one event loop on their way to other processes, and from there, after their
 * clients. To be used on that event loop.
 */
final class Moves {
  /** Reached by who has been told of a session here. */
  private static final String PREFIX = "drawbridge.resume.";

  /** The client's session is not here, or its ticket was used. */
  static final int UNKNOWN = 404;

  private static final long LOOK_EVERY_MILLIS = 100;

  /** Of entries that are written again at once. */
  private static final int AT_ONCE = 50;

  final Whereabouts whereabouts;
  final String address = PREFIX + UUID.randomUUID();
  private final Bridge bridge;
  private final MessageConsumer<JsonObject> consumer;
  private final long refreshing;

  /** By their ids; those that another process has begun to listen for. */
  private final Map<String, BridgeSession> leaving = new HashMap<>(0);

  Moves(Bridge bridge) {
    this.bridge = bridge;
    this.whereabouts = new Whereabouts(bridge.vertx);
    this.consumer = bridge.bus.consumer(address, this::asked);
    this.refreshing =
        bridge.vertx.setPeriodic(
            Whereabouts.SHORTEST.toMillis() / 4, due -> refresh(bridge.kept(), 0));
    bridge.resumable().clustered();
  }

  // --- to this process --------------------------------------------------------------------------

  /** The session of a ticket that is none of this process's own. */
  Future<Optional<BridgeSession>> fetch(ResumeTicket ticket, Comer comer, Resumption terms) {
    return bridge
        .here(whereabouts.take(ticket.id()))
        .compose(
            place ->
                place
                    .filter(each -> each.session().equals(ticket.session()))
                    .filter(each -> each.user().equals(ticket.user()))
                    .map(each -> new Move(bridge, ticket, each, comer, terms).begin())
                    .orElse(Future.succeededFuture(Optional.empty())));
  }

  // --- from this process ------------------------------------------------------------------------

  private void asked(Message<JsonObject> message) {
    JsonObject body = message.body();
    switch (String.valueOf(body.getString("op"))) {
      case Move.OPEN -> open(message, body.getString("ticket", ""));
      case Move.HAND_OVER ->
          handOver(message, body.getString("session", ""), body.getLong("seen", -1L));
      case Move.LEAVE -> leave(body.getString("session", ""), body.getString("ticket", ""));
      default -> unknown(message);
    }
  }

  /** The ticket is used up here as well: as long as this process lives, it alone decides. */
  private void open(Message<JsonObject> message, String ticketId) {
    BridgeSession session = bridge.resumable().take(ticketId);
    if (session == null || !session.isOn(bridge) || !session.isKept()) {
      unknown(message);
    } else {
      leaving.put(session.id(), session);
      message.reply(session.open().encode());
    }
  }

  private void handOver(Message<JsonObject> message, String id, long seen) {
    BridgeSession session = leaving.get(id);
    if (session == null) {
      unknown(message);
    } else {
      answer(message, session.handOver(seen).pages(), 0);
    }
  }

  /** One page after the other, each when it is asked for. */
  private static void answer(Message<?> message, List<JsonObject> pages, int next) {
    if (next == pages.size() - 1) {
      message.reply(pages.get(next));
    } else {
      message
          .replyAndRequest(pages.get(next), Move.SOON)
          .onSuccess(more -> answer(more, pages, next + 1));
    }
  }

  /** Another process has gone on without asking: this one was too slow for it. */
  private void leave(String id, String ticketId) {
    BridgeSession known = leaving.get(id);
    BridgeSession session = known == null ? bridge.resumable().take(ticketId) : known;
    if (session != null && session.isOn(bridge) && session.isKept()) {
      session.handOver(-1);
    }
  }

  private static void unknown(Message<?> message) {
    message.fail(UNKNOWN, "It is not here");
  }

  /** A session is over. */
  void closed(BridgeSession session) {
    leaving.remove(session.id(), session);
  }

  // --- time -------------------------------------------------------------------------------------

  /** Some at once and then the next, so that the cluster is not flooded. */
  private void refresh(List<BridgeSession> sessions, int from) {
    List<Future<Void>> some =
        sessions.stream()
            .skip(from)
            .limit(AT_ONCE)
            .filter(BridgeSession::isKept)
            .map(each -> each.kept().write())
            .toList();
    if (from < sessions.size()) {
      bridge.here(Future.join(some)).onComplete(written -> refresh(sessions, from + AT_ONCE));
    }
  }

  /** Waits for clients that are on their way to another process; then tells others of the rest. */
  Future<?> close() {
    bridge.vertx.cancelTimer(refreshing);
    Promise<Void> gone = Promise.promise();
    awaitLeaving(bridge.farewell().toMillis(), gone);
    return gone.future()
        .compose(
            over ->
                Future.join(bridge.kept().stream().map(each -> each.kept().leaveBehind()).toList()))
        .onComplete(left -> consumer.unregister());
  }

  private void awaitLeaving(long millis, Promise<Void> gone) {
    boolean anybody = bridge.kept().stream().anyMatch(BridgeSession::isAway);
    if (!anybody || millis <= 0) {
      gone.complete();
    } else {
      bridge.vertx.setTimer(
          LOOK_EVERY_MILLIS, due -> awaitLeaving(millis - LOOK_EVERY_MILLIS, gone));
    }
  }
}
