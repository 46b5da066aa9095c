package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.ResumeTicket;
import io.drawbridge.auth.session.Session;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session on its way here from another process, after its client. First, this process listens
 * to what the session does, and keeps what comes; when all who publish know of that, the other one
 * hands over and ends there. So what is published meanwhile is heard by one of both or by both, and
 * {@link HandOver} puts it together. Where the other one doesn't answer any more, the session goes
 * on with its registrations alone.
 */
final class Move {
  static final String OPEN = "open";
  static final String HAND_OVER = "handOver";
  static final String LEAVE = "leave";

  /** For each answer. */
  static final DeliveryOptions SOON = new DeliveryOptions().setSendTimeout(500);

  /** How long the event bus may take to know of the registrations. */
  private static final long HEARD_WITHIN_MILLIS = 2_000;

  /** How long a publisher may take to hear of them, and what it published before to arrive. */
  private static final long SETTLED_AFTER_MILLIS = 200;

  private final Bridge bridge;
  private final ResumeTicket ticket;
  private final Whereabouts.Place place;
  private final Comer comer;
  private final Resumption terms;

  /** Null until this process listens. */
  private @Nullable BridgeSession arrived;

  Move(Bridge bridge, ResumeTicket ticket, Whereabouts.Place place, Comer comer, Resumption terms) {
    this.bridge = bridge;
    this.ticket = ticket;
    this.place = place;
    this.comer = comer;
    this.terms = terms;
  }

  /** Never fails; empty where the session has ended, or its ticket was used there meanwhile. */
  Future<Optional<BridgeSession>> begin() {
    return ask(OPEN)
        .map(answer -> HandOver.Opening.of(answer.body()))
        .compose(opening -> listen(opening.since(), opening.registrations()))
        .compose(listening -> settled(listening))
        .compose(listening -> ask(HAND_OVER))
        .compose(first -> pages(first, new ArrayList<>()))
        .map(HandOver::of)
        .map(this::takeOver)
        .recover(this::goOn)
        .otherwise(cause -> abandon());
  }

  private Future<Message<JsonObject>> ask(String op) {
    return bridge.bus.request(place.address(), message(op), SOON);
  }

  private JsonObject message(String op) {
    return new JsonObject()
        .put("op", op)
        .put("session", place.session())
        .put("ticket", ticket.id())
        .put("seen", comer.seen());
  }

  private Future<BridgeSession> listen(Instant since, List<String> registrations) {
    Session session =
        new Session(place.session(), comer.claims(), bridge.node, comer.peer(), since);
    BridgeSession fresh = bridge.arrive(session, comer, terms);
    arrived = fresh;
    return bridge
        .here(fresh.listen(registrations).timeout(HEARD_WITHIN_MILLIS, TimeUnit.MILLISECONDS))
        .map(fresh)
        .otherwise(fresh);
  }

  private Future<BridgeSession> settled(BridgeSession listening) {
    Promise<BridgeSession> promise = Promise.promise();
    bridge.vertx.setTimer(SETTLED_AFTER_MILLIS, due -> promise.complete(listening));
    return promise.future();
  }

  private Future<List<JsonObject>> pages(Message<JsonObject> page, List<JsonObject> all) {
    all.add(page.body());
    return HandOver.hasMore(page.body())
        ? page.<JsonObject>replyAndRequest("more", SOON).compose(next -> pages(next, all))
        : Future.succeededFuture(all);
  }

  private Optional<BridgeSession> takeOver(HandOver theirs) {
    return Optional.ofNullable(arrived)
        .filter(BridgeSession::isKept)
        .map(
            here -> {
              here.takeOver(theirs);
              return here;
            });
  }

  /** The other process is dead or frozen, unless it has said no. */
  private Future<Optional<BridgeSession>> goOn(Throwable cause) {
    if (cause instanceof ReplyException refused
        && refused.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      return Future.failedFuture(cause);
    }
    // Should it only be slow, it hears that there is nothing to wait for.
    bridge.bus.send(place.address(), message(LEAVE));
    BridgeSession here = arrived;
    Future<BridgeSession> listening =
        here == null
            ? listen(terms.time().now(), place.registrations())
            : Future.succeededFuture(here);
    return listening.map(
        alone -> {
          alone.goOnAlone(comer.seen());
          return Optional.of(alone).filter(BridgeSession::isKept);
        });
  }

  private Optional<BridgeSession> abandon() {
    if (arrived != null) {
      arrived.abandon();
    }
    return Optional.empty();
  }
}
