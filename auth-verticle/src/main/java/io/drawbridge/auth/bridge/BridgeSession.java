package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler.Debt;
import io.drawbridge.connection.SharedText;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Notice;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
  private final Registrations registrations;
  private final OpenRequests requests;
  private Session session;

  /** Null while its client is away. */
  private @Nullable Line line;

  /** Null where its client has not asked to be able to come back. */
  private @Nullable Comeback comeback;

  /** What its client is told once the event bus knows of the user's own address; null then. */
  private @Nullable List<Runnable> untilHeard;

  private boolean ended;

  /** Whether its client has still to be told of its ticket; until then, it is told nothing. */
  private boolean untold;

  /** Whether it comes from another process, and is no session of this one yet. */
  private boolean arriving;

  /** What it listened to there, and may not any more. */
  private List<String> denied = List.of();

  /** The number of the last envelope when another process began to listen for it. */
  private long mark;

  /** Whether its client is about to be sent away, and gets no more requests. */
  private boolean leaving;

  /** The kind of message that the client sent last. */
  private boolean binary;

  /** Where its client waits for replies of the event bus, once for each request. */
  private final List<String> awaited = new ArrayList<>(0);

  BridgeSession(Bridge bridge, Connection connection, Session session) {
    this.bridge = bridge;
    this.session = session;
    this.line = new Line(bridge, connection, this);
    this.requests = new OpenRequests(bridge.vertx);
    String own = USER + session.user();
    this.registrations = new Registrations(bridge, this, own);
    awaitOwn(registrations.add(own, REPLY_WITHIN).heard);
  }

  /** Nobody is told of the session before, so that who then publishes to the user reaches it. */
  private void awaitOwn(Future<Void> heard) {
    if (heard.succeeded()) {
      return;
    }
    untilHeard = new ArrayList<>();
    Line held = line();
    held.hold();
    heard
        .timeout(HEARD_WITHIN_SECONDS, TimeUnit.SECONDS)
        .onComplete(done -> bridge.run(() -> ownHeard(held)));
  }

  private void ownHeard(Line held) {
    List<Runnable> answers = Objects.requireNonNull(untilHeard);
    untilHeard = null;
    answers.forEach(Runnable::run);
    held.release();
  }

  /**
   * One that comes from another process. It has no client until that comes back to it.
   *
   * @param guard of the event loop
   */
  BridgeSession(Bridge bridge, Session session, Resumption terms, Guard guard) {
    this.bridge = bridge;
    this.session = session;
    this.requests = new OpenRequests(bridge.vertx);
    this.registrations = new Registrations(bridge, this, USER + session.user());
    this.comeback = new Comeback(terms, this, bridge, guard);
    this.arriving = true;
    requests.moved();
  }

  // --- its client -------------------------------------------------------------------------------

  public String id() {
    return session.id();
  }

  /** Runs this on its own event loop, soon. */
  void run(Runnable task) {
    bridge.run(task);
  }

  boolean isOn(Bridge other) {
    return bridge == other;
  }

  Line line() {
    return Objects.requireNonNull(line, "a session begins with its client");
  }

  void receive(@Nullable JsonObject envelope, boolean inBinary) {
    if (ended) {
      // What was underway from another event loop.
      return;
    }
    binary = inBinary;
    if (envelope == null) {
      refuse(null, Refusal.invalid("invalid_json", "The message is not a JSON object"));
      return;
    }
    if (!(envelope.getValue("type") instanceof String type)) {
      refuse(null, Refusal.invalid("missing_type", "The message has no type"));
      return;
    }
    switch (type) {
      case "ping" -> pong();
      case "send" -> toBus(envelope, BridgeAction.SEND);
      case "publish" -> toBus(envelope, BridgeAction.PUBLISH);
      case "register" -> register(envelope);
      case "unregister" -> unregister(envelope);
      default -> refuse(null, Refusal.invalid("invalid_type", "The type is unknown"));
    }
  }

  void tell(Notice notice) {
    send(Envelope.err(notice, null).put("body", Envelope.word(notice.kind())));
  }

  void refreshed(Session fresh) {
    session = fresh;
    judgeAnew();
  }

  /** What is open with its client, which is given no more requests from now on. */
  Debt debt() {
    leaving = true;
    if (!requests.isEmpty()) {
      return Debt.THEIRS;
    }
    return awaited.isEmpty() ? Debt.NONE : Debt.OURS;
  }

  /**
   * The connection is over.
   *
   * @param lost whether its client may come back, if it has asked for that
   * @return whether the session ends by itself
   */
  boolean closed(Line over, boolean lost) {
    Comeback kept = comeback;
    if (kept == null) {
      end();
      return false;
    }
    if (over == line) {
      line = null;
      untold = false;
      if (!lost || !kept.park(session, this::end) || !kept.handTo(session, this::endSoon)) {
        end();
      }
    }
    return true;
  }

  private void end() {
    end(false);
  }

  /**
   * @param elsewhere whether other processes may still know of it
   */
  private void end(boolean elsewhere) {
    if (ended) {
      return;
    }
    ended = true;
    registrations.clear();
    requests.failAll();
    bridge.closed(this);
    if (comeback != null) {
      comeback.end(session, elsewhere);
    }
  }

  /** It was ended from elsewhere while its client is away. */
  private void endSoon(ErrorKind kind, @Nullable String why) {
    run(
        () -> {
          if (line == null) {
            end();
          } else {
            line.close(kind, why);
          }
        });
  }

  /** Its event loop ends. */
  void giveUp() {
    if (line != null) {
      line.close(ErrorKind.SHUTTING_DOWN, null);
    }
    end(true);
  }

  // --- its client's return ----------------------------------------------------------------------

  void answer(
      @Nullable Resumption terms, Function<Resumption.@Nullable Offer, @Nullable String> answer) {
    if (untilHeard != null) {
      untilHeard.add(() -> answer(terms, answer));
      return;
    }
    if (comeback != null || terms == null || ended) {
      say(answer.apply(comeback == null ? null : comeback.offer(session)));
      return;
    }
    Guard guard = Objects.requireNonNull(line().guard(), "a session begins where it stays");
    Comeback kept = new Comeback(terms, this, bridge, guard);
    comeback = kept;
    once(
        kept.renew(),
        line(),
        () -> {
          say(answer.apply(kept.offer(session)));
          // What came while the ticket was not good everywhere yet.
          kept.backlog.after(0).envelopes().forEach(this::number);
        });
  }

  private void say(@Nullable String text) {
    if (text != null && line != null) {
      line.send(text, false);
    }
  }

  /** Goes on when the client's ticket is good; until then, it is told nothing, and not read. */
  private void once(Future<Void> issued, Line to, Runnable then) {
    if (issued.isComplete()) {
      then.run();
      return;
    }
    untold = true;
    to.hold();
    issued.onComplete(
        good ->
            bridge.run(
                () -> {
                  if (line == to && !ended) {
                    untold = false;
                    then.run();
                  }
                  to.release();
                }));
  }

  /** Its client is back: it gets what it missed, and from then on what comes. */
  void comeBack(Line fresh, Return back) {
    Comeback kept = comeback;
    if (ended || kept == null || !kept.terms.sessions().hand(id(), back.handle())) {
      end();
      fresh.tooLate(back);
      return;
    }
    long from = kept.from(back.seen());
    Line before = line;
    line = fresh;
    if (before != null) {
      before.close(ErrorKind.SESSION_REPLACED, "its client has come back");
    }
    leaving = false;
    kept.unpark();
    arriving = false;
    session = back.session();
    binary = false;
    once(
        kept.renew(),
        fresh,
        () -> {
          Backlog.Missed missed = kept.backlog.after(from);
          fresh.send(back.answer().apply(kept.offer(session, missed)), false);
          missed.envelopes().forEach(each -> fresh.send(each, false));
        });
    judgeAnew();
    if (!untold) {
      fresh.taken();
    }
  }

  // --- from one process to another --------------------------------------------------------------

  /** Whether its client may come back. */
  boolean isKept() {
    return comeback != null && !ended;
  }

  boolean isAway() {
    return line == null;
  }

  /** As it was in another process, where it has come from there just now; null where not. */
  public @Nullable Session arriving() {
    return arriving ? session : null;
  }

  /** Its client has not come with it after all. */
  public void abandon() {
    end();
  }

  Comeback kept() {
    return Objects.requireNonNull(comeback, "only a session that is kept moves");
  }

  /** What other processes have to know of it. */
  Whereabouts.Place place(String address) {
    return new Whereabouts.Place(id(), session.user(), address, registrations.addresses());
  }

  /** Another process begins to listen for it; what it has to know for that. */
  HandOver.Opening open() {
    mark = kept().backlog.last();
    return new HandOver.Opening(session.since(), registrations.addresses());
  }

  /** Another process goes on with it, and here it is over. */
  HandOver handOver(long seen) {
    Backlog backlog = kept().backlog;
    long from = kept().from(seen);
    HandOver all =
        new HandOver(
            new HandOver.Head(
                backlog.last(), mark, from, List.copyOf(awaited), registrations.addresses()),
            backlog.after(Math.min(from, mark)).envelopes());
    Line before = line;
    line = null;
    if (before != null) {
      before.close(ErrorKind.SESSION_REPLACED, "its client has come back elsewhere");
    }
    end(true);
    return all;
  }

  /**
   * Listens as it did in another process, as far as its token allows it now; what comes is kept.
   *
   * @return completes when the event bus knows
   */
  Future<?> listen(List<String> addresses) {
    List<Future<Void>> heard = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    registrations.addOwn(REPLY_WITHIN).map(each -> each.heard).ifPresent(heard::add);
    for (String address : addresses) {
      Rules.Judgement judgement = judged(address);
      if (judgement instanceof Rules.Denied || registrations.isFull()) {
        refused.add(address);
      } else if (!registrations.has(address)) {
        heard.add(registrations.add(address, answerWithin(judgement)).heard);
      }
    }
    denied = refused;
    return Future.join(heard);
  }

  /** Goes on with what the other process had, and behind that with what has come here meanwhile. */
  void takeOver(HandOver theirs) {
    boolean complete = theirs.goOn(kept().backlog);
    kept().arrived(theirs.head().from(), complete);
    List<String> addresses = theirs.head().registrations();
    registrations.keepOnly(Set.copyOf(addresses)::contains);
    listen(addresses);
    theirs.head().awaited().forEach(each -> refuse(each, Refusal.moved()));
  }

  /** Goes on alone, since the other process can't be asked any more. */
  void goOnAlone(long seen) {
    Backlog backlog = kept().backlog;
    List<byte[]> gathered = backlog.bare();
    long from = Math.max(0, seen);
    backlog.goOnBehind(from);
    gathered.forEach(backlog::addBare);
    kept().arrived(from, false);
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
      changed();
    }
  }

  /** What the client sends behind it is read once the event bus knows that it listens. */
  private void awaitHeard(String address, Future<Void> heard) {
    if (heard.succeeded()) {
      return;
    }
    Line held = line;
    if (held == null) {
      return;
    }
    held.hold();
    heard
        .timeout(HEARD_WITHIN_SECONDS, TimeUnit.SECONDS)
        .onComplete(done -> bridge.run(() -> heard(held, address, done.succeeded())));
  }

  private void heard(Line held, String address, boolean succeeded) {
    if (!succeeded) {
      registrations.remove(address);
      changed();
      refuse(
          null,
          new Refusal(
              ErrorKind.INTERNAL_ERROR,
              "registration_failure",
              "The event bus did not take the registration"));
    }
    held.release();
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
      changed();
    } else if (judged(address) instanceof Rules.Denied denied) {
      refuse(null, Refusal.of(denied));
    }
  }

  /** What it listens to. */
  private void changed() {
    if (comeback != null) {
      comeback.changed();
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
    List<String> over = new ArrayList<>(denied);
    denied = List.of();
    over.addAll(registrations.keepOnly(address -> judged(address) instanceof Rules.Allowed));
    if (!over.isEmpty()) {
      changed();
    }
    over.forEach(
        address -> {
          ErrorKind kind = ErrorKind.ACCESS_DENIED;
          Notice notice =
              new Notice(
                  kind,
                  "The registration has ended",
                  kind.retryAfter(),
                  UUID.randomUUID().toString());
          send(Envelope.err(notice, address).put("body", "access_denied"));
        });
  }

  // --- to the bus -------------------------------------------------------------------------------

  private void toBus(JsonObject envelope, BridgeAction action) {
    String replyAddress = envelope.getValue("replyAddress") instanceof String text ? text : null;
    Refusal refusal = Envelope.malformed(envelope);
    if (refusal == null && replyAddress != null && awaited.size() >= MOST_PENDING) {
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
    awaited.add(replyAddress);
    reply
        .onComplete(done -> awaited.remove(replyAddress))
        .onSuccess(message -> replied(replyAddress, message))
        .onFailure(cause -> refuse(replyAddress, Refusal.of(cause)));
  }

  private void replied(String replyAddress, Message<Object> reply) {
    if (isGone()) {
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
    if (comeback != null) {
      number(comeback.backlog.add(envelope.plain()));
    } else if (line != null) {
      line.send(envelope, binary);
    }
  }

  private void send(JsonObject envelope) {
    String text = envelope.encode();
    if (comeback != null) {
      number(comeback.backlog.add(text));
    } else if (line != null) {
      line.send(text, binary);
    }
  }

  private void number(byte[] envelope) {
    if (line != null && !untold) {
      line.send(envelope, binary);
    }
  }

  /** Not worth keeping, so it has no number. */
  private void pong() {
    if (line != null) {
      line.pong(binary);
    }
  }

  /** Whether nobody will ever hear of what comes now. */
  private boolean isGone() {
    return ended || (comeback == null && line().isOver());
  }

  /** Whether a message that only one session gets should be given to this one. */
  boolean takes(Message<?> message) {
    return line != null && !leaving && line.takesMore() && !(asks(message) && requests.isFull());
  }

  /** A message for this session alone; fails where its body can't be told as JSON. */
  void give(String address, Message<?> message, Duration answerWithin) {
    if (!asks(message)) {
      send(Envelope.rec(address, message, null));
      return;
    }
    String answerTo = requests.add(message, answerWithin);
    try {
      send(Envelope.rec(address, message, answerTo));
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
    if (isGone()) {
      return;
    }
    Notice notice =
        comeback == null
            ? line().report(refusal.kind(), refusal.message(), refusal.detail())
            : comeback.report(refusal.kind(), session, refusal.message(), refusal.detail());
    JsonObject err = Envelope.err(notice, replyAddress).put("failureCode", refusal.code());
    if (!refusal.word().isEmpty()) {
      err.put("body", refusal.word());
    }
    if (refusal.pointer() != null) {
      err.put("pointer", refusal.pointer());
    }
    send(err);
  }
}
