package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.SharedText;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bridge for one session: its envelopes become messages on the event bus, and messages and
 * replies become envelopes. Services see who sent a message in headers that no client can set.
 */
public final class BridgeSession {
  /** What is published to this address and the user's id reaches all of the user's sessions. */
  private static final String USER = "drawbridge.user.";

  /** As the event bus has it. */
  private static final Duration REPLY_WITHIN = Duration.ofSeconds(30);

  /** The event bus counts in these. */
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /** How long reading stops at most until the event bus knows of a registration. */
  private static final long HEARD_WITHIN_SECONDS = 5;

  private static final int MOST_PENDING = 256;
  private static final int UNAVAILABLE = 503;

  private final Bridge bridge;
  private final Connection connection;
  private final Sink sink;
  private final Registrations registrations;
  private final OpenRequests requests;
  private Session session;

  /** Requests on the event bus that have no reply yet. */
  private int pending;

  BridgeSession(Bridge bridge, Connection connection, Session session) {
    this.bridge = bridge;
    this.connection = connection;
    this.session = session;
    this.sink = new Sink(connection, bridge.turn);
    this.requests = new OpenRequests(bridge.vertx);
    String own = USER + session.user();
    this.registrations = new Registrations(bridge, this, own);
    registrations.add(own, REPLY_WITHIN);
  }

  /**
   * A message of the client.
   *
   * @param envelope as {@link Envelope#parse(String)} gives it
   * @param binary its kind; the client is answered by the same
   */
  public void receive(@Nullable JsonObject envelope, boolean binary) {
    sink.mirror(binary);
    if (envelope == null) {
      refuse(null, Refusal.invalid("invalid_json", "The message is not a JSON object"));
      return;
    }
    if (!(envelope.getValue("type") instanceof String type)) {
      refuse(null, Refusal.invalid("missing_type", "The message has no type"));
      return;
    }
    switch (type) {
      case "ping" -> sink.pong();
      case "send" -> toBus(envelope, BridgeAction.SEND);
      case "publish" -> toBus(envelope, BridgeAction.PUBLISH);
      case "register" -> register(envelope);
      case "unregister" -> unregister(envelope);
      default -> refuse(null, Refusal.invalid("invalid_type", "The type is unknown"));
    }
  }

  /** Tells the client of an error after which the connection goes on. */
  public void tell(Notice notice) {
    sink.send(Envelope.err(notice, null).put("body", Envelope.word(notice.kind())));
  }

  /** The same session has another token: what it has registered is judged by its rights anew. */
  public void refreshed(Session fresh) {
    session = fresh;
    judgeAnew();
  }

  /** No message goes either way any more. */
  public void closed() {
    registrations.clear();
    requests.failAll();
    bridge.closed(this);
  }

  // --- registrations ----------------------------------------------------------------------------

  private void register(JsonObject envelope) {
    if (!(envelope.getValue("address") instanceof String address) || address.isEmpty()) {
      refuse(null, Refusal.invalid("missing_address", "The message has no address"));
    } else if (address.length() > Envelope.LONGEST_ADDRESS) {
      refuse(null, Refusal.invalid("max_address_length_reached", "The address is too long"));
    } else if (!registrations.has(address)) {
      register(address);
    }
  }

  private void register(String address) {
    Rules.Judgement judgement = judged(address);
    if (judgement instanceof Rules.Denied denied) {
      refuse(null, Refusal.of(denied));
    } else if (registrations.isFull()) {
      refuse(
          null,
          new Refusal(
              ErrorKind.RATE_LIMITED, "max_handlers_reached", "Too many registrations at once"));
    } else {
      awaitHeard(address, registrations.add(address, answerWithin(judgement)).heard);
    }
  }

  /** What the client sends behind it is read once the event bus knows that it listens. */
  private void awaitHeard(String address, Future<Void> heard) {
    if (heard.succeeded()) {
      return;
    }
    connection.hold();
    heard
        .timeout(HEARD_WITHIN_SECONDS, TimeUnit.SECONDS)
        .onComplete(done -> bridge.run(() -> heard(address, done.succeeded())));
  }

  private void heard(String address, boolean succeeded) {
    if (!succeeded) {
      registrations.remove(address);
      refuse(
          null,
          new Refusal(
              ErrorKind.INTERNAL_ERROR,
              "registration_failure",
              "The event bus did not take the registration"));
    }
    connection.release();
  }

  /** As in the Vert.x bridge: without an answer, unless the address is none that it may have. */
  private void unregister(JsonObject envelope) {
    if (!(envelope.getValue("address") instanceof String address) || address.isEmpty()) {
      refuse(null, Refusal.invalid("missing_address", "The message has no address"));
    } else if (registrations.isOwn(address)) {
      // Always heard.
      return;
    } else if (registrations.has(address)) {
      registrations.remove(address);
    } else if (judged(address) instanceof Rules.Denied denied) {
      refuse(null, Refusal.of(denied));
    }
  }

  /** May the session listen there? */
  private Rules.Judgement judged(String address) {
    return bridge.rules().judge(BridgeAction.REGISTER, address, session.claims().rights());
  }

  /**
   * Ends the registrations that are not allowed any more, and tells the client. Nobody did wrong,
   * so nothing is logged and nobody is struck.
   */
  void judgeAnew() {
    registrations
        .keepOnly(address -> judged(address) instanceof Rules.Allowed)
        .forEach(
            address -> {
              ErrorKind kind = ErrorKind.ACCESS_DENIED;
              Notice notice =
                  new Notice(
                      kind,
                      "The registration has ended",
                      kind.retryAfter(),
                      UUID.randomUUID().toString());
              sink.send(Envelope.err(notice, address).put("body", "access_denied"));
            });
  }

  // --- to the bus -------------------------------------------------------------------------------

  private void toBus(JsonObject envelope, BridgeAction action) {
    String replyAddress = envelope.getValue("replyAddress") instanceof String text ? text : null;
    Refusal refusal = Envelope.malformed(envelope);
    if (refusal == null && replyAddress != null && pending >= MOST_PENDING) {
      refusal = Refusal.tooMany("Too many requests without a reply");
    }
    if (refusal != null) {
      refuse(replyAddress, refusal);
    } else if (action == BridgeAction.SEND && requests.knows(envelope.getString("address"))) {
      answer(envelope, replyAddress);
    } else {
      deliver(envelope, action, replyAddress);
    }
  }

  private void deliver(JsonObject envelope, BridgeAction action, @Nullable String replyAddress) {
    String address = envelope.getString("address");
    Object body = envelope.getValue("body");
    Rules.Judgement judgement =
        bridge.rules().judge(action, address, session.claims().rights(), body);
    if (judgement instanceof Rules.Denied denied) {
      refuse(replyAddress, Refusal.of(denied));
      return;
    }
    if (judgement instanceof Rules.BadBody bad) {
      refuse(replyAddress, Refusal.of(bad));
      return;
    }
    DeliveryOptions options =
        StampedHeaders.of(envelope, session, bridge.node)
            .setSendTimeout(answerWithin(judgement).toMillis());
    if (action == BridgeAction.PUBLISH) {
      bridge.bus.publish(address, body, options);
    } else if (replyAddress == null) {
      bridge.bus.send(address, body, options);
    } else {
      await(bridge.bus.request(address, body, options), replyAddress);
    }
  }

  /** The answer to a request that the client was given. */
  private void answer(JsonObject envelope, @Nullable String replyAddress) {
    Message<?> request = requests.take(envelope.getString("address"));
    if (request == null) {
      refuse(
          replyAddress,
          new Refusal(
              ErrorKind.NO_HANDLERS,
              Envelope.word(ErrorKind.NO_HANDLERS),
              "Nobody waits for this answer any more"));
      return;
    }
    Object body = envelope.getValue("body");
    DeliveryOptions options =
        StampedHeaders.of(envelope, session, bridge.node).setSendTimeout(REPLY_WITHIN.toMillis());
    if (replyAddress == null) {
      request.reply(body, options);
    } else {
      await(request.replyAndRequest(body, options), replyAddress);
    }
  }

  private static Duration answerWithin(Rules.Judgement judgement) {
    Duration own = judgement instanceof Rules.Allowed allowed ? allowed.timeout() : null;
    if (own == null) {
      return REPLY_WITHIN;
    }
    return own.compareTo(SHORTEST) < 0 ? SHORTEST : own;
  }

  private void await(Future<Message<Object>> reply, String replyAddress) {
    pending++;
    reply
        .onComplete(done -> pending--)
        .onSuccess(message -> replied(replyAddress, message))
        .onFailure(cause -> refuse(replyAddress, Refusal.of(cause)));
  }

  private void replied(String replyAddress, Message<Object> reply) {
    if (!connection.isOpen()) {
      reply.fail(UNAVAILABLE, "The client is gone");
      return;
    }
    if (asks(reply) && requests.isFull()) {
      reply.fail(UNAVAILABLE, "The client has too many requests to answer");
      refuse(replyAddress, Refusal.tooMany("Too many requests without an answer"));
      return;
    }
    try {
      give(replyAddress, reply, REPLY_WITHIN);
    } catch (RuntimeException e) {
      reply.fail(ErrorKind.INTERNAL_ERROR.failureCode(), "The body can't be told as JSON");
      refuse(replyAddress, Refusal.of(e));
    }
  }

  // --- to the client ----------------------------------------------------------------------------

  /** What many sessions are told. */
  void hear(SharedText envelope) {
    sink.send(envelope);
  }

  /** Whether a message that only one session gets should be given to this one. */
  boolean takes(Message<?> message) {
    return sink.takesMore() && !(asks(message) && requests.isFull());
  }

  /** A message for this session alone; fails where its body can't be told as JSON. */
  void give(String address, Message<?> message, Duration answerWithin) {
    if (!asks(message)) {
      sink.send(Envelope.rec(address, message, null));
      return;
    }
    String answerTo = requests.add(message, answerWithin);
    try {
      sink.send(Envelope.rec(address, message, answerTo));
    } catch (RuntimeException e) {
      requests.take(answerTo);
      throw e;
    }
  }

  private static boolean asks(Message<?> message) {
    return message.replyAddress() != null;
  }

  /** Logs the refusal and tells the client; under the address where it waits for a reply. */
  private void refuse(@Nullable String replyAddress, Refusal refusal) {
    if (!connection.isOpen()) {
      return;
    }
    Notice notice = connection.report(refusal.kind(), refusal.message(), refusal.detail());
    JsonObject err = Envelope.err(notice, replyAddress).put("failureCode", refusal.code());
    if (!refusal.word().isEmpty()) {
      err.put("body", refusal.word());
    }
    if (refusal.pointer() != null) {
      err.put("pointer", refusal.pointer());
    }
    sink.send(err);
  }
}
