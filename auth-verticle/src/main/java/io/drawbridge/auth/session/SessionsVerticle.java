package io.drawbridge.auth.session;

import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Keeper;
import io.drawbridge.guard.Node;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers who asks for the sessions on the event bus ({@link GuardBus#SESSIONS}), those of this
 * process and of all others of a cluster, tells who comes and goes ({@link GuardBus#PRESENCE}), and
 * keeps the revocations in the data folder. To be deployed once a process, before its secure edge,
 * which would believe revoked tokens until then.
 */
public final class SessionsVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(SessionsVerticle.class);

  /** Who goes and is back within this time was not away. */
  private static final long BEAT_MILLIS = 1_000;

  /** What is told of within that time; the rest waits, so that a storm is no storm of events. */
  static final int MOST_A_BEAT = 1_000;

  private final SessionRegistry sessions;
  private final Node node;
  private final RevocationFile file;
  private Keeper keeper;
  private SessionPeers peers;

  @SuppressWarnings("NullAway.Init") // keeper and peers are set in start()
  public SessionsVerticle(Path data, SessionRegistry sessions, Node node) {
    this.sessions = sessions;
    this.node = node;
    this.file = new RevocationFile(data);
  }

  @Override
  public Future<?> start() {
    keeper = new Keeper(vertx, "revocations", this::toWrite);
    peers = new SessionPeers(vertx, sessions, node, keeper::write);
    return vertx
        .executeBlocking(file::load)
        .onSuccess(sessions::restore)
        .compose(restored -> serve(peers.address(), this::onPeer))
        .compose(served -> peers.join())
        .compose(joined -> serve(GuardBus.SESSIONS, this::onRequest))
        .compose(served -> serve(GuardBus.PRESENCE_LIST, this::onWho))
        .onSuccess(served -> vertx.setPeriodic(BEAT_MILLIS, beat -> beat()));
  }

  private Future<Void> serve(String address, Handler<Message<JsonObject>> handler) {
    return vertx
        .eventBus()
        .<Object>consumer(address, message -> serve(message, handler))
        .completion();
  }

  /** What is no request is told so. */
  @SuppressWarnings("unchecked")
  private static void serve(Message<?> message, Handler<Message<JsonObject>> handler) {
    if (!(message.body() instanceof JsonObject)) {
      message.fail(GuardBus.BAD_REQUEST, "the body must be a JSON object");
      return;
    }
    try {
      handler.handle((Message<JsonObject>) message);
    } catch (IllegalArgumentException | ClassCastException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private void beat() {
    peers.look();
    tellPresence(MOST_A_BEAT);
  }

  /** Tells of all who have gone; completes when all is in the file. */
  @Override
  public Future<?> stop() {
    tellPresence(Integer.MAX_VALUE);
    return peers.leave().eventually(keeper::close);
  }

  private Keeper.Write toWrite() {
    List<Revocation> now = sessions.revocations();
    return () -> file.save(now);
  }

  // --- for all nodes ----------------------------------------------------------------------------

  private void onRequest(Message<JsonObject> message) {
    SessionRequest request = SessionRequest.of(message.body());
    if (request instanceof SessionRequest.All all) {
      page(all.offset(), all.limit(), "sessions", range -> list(all, range), message.body())
          .onSuccess(message::reply);
    } else if (request instanceof SessionRequest.Kick kick) {
      kick(message, kick);
    } else if (request instanceof SessionRequest.Revoke revoke) {
      revoke(message, revoke);
    }
  }

  private void kick(Message<JsonObject> message, SessionRequest.Kick request) {
    int here = kick(request);
    peers
        .askAll(message.body())
        .onSuccess(
            others ->
                message.reply(
                    others.tellMissing(
                        new JsonObject().put("kicked", here + others.sum("kicked")))));
  }

  /** What any node remembers of it, all do, before it is answered. */
  private void revoke(Message<JsonObject> message, SessionRequest.Revoke request) {
    SessionRegistry.Revoked here = end(request);
    if (here == null) {
      message.fail(GuardBus.UNAVAILABLE, "no more revocations can be remembered");
      return;
    }
    peers
        .askAll(message.body())
        .compose(others -> spread(here, others))
        .compose(answer -> keeper.write().map(answer))
        .onSuccess(message::reply)
        .onFailure(
            cause ->
                message.fail(
                    GuardBus.UNAVAILABLE,
                    "revoked, but it can't be kept: a restart would forget it"));
  }

  private Future<JsonObject> spread(SessionRegistry.Revoked here, SessionPeers.Answers others) {
    JsonObject answer = new JsonObject().put("revoked", here.ended() + others.sum("revoked"));
    JsonArray all = SessionPeers.json(here.remembered());
    for (SessionPeers.Answer each : others.all()) {
      JsonArray theirs = each.body().getJsonArray("revocations", new JsonArray());
      peers.merge(theirs);
      all.addAll(theirs);
    }
    return others.all().isEmpty()
        ? Future.succeededFuture(others.tellMissing(answer))
        : peers.spread(all).map(spread -> others.tellMissing(answer));
  }

  private void onWho(Message<JsonObject> message) {
    SessionRequest.Who who = SessionRequest.who(message.body());
    page(who.offset(), who.limit(), "users", range -> users(who, range), message.body())
        .map(answer -> answer.put("node", node.name()))
        .onSuccess(message::reply);
  }

  /** A part of a list. */
  private record Range(int offset, int limit) {}

  /**
   * A part of the lists of all nodes, this one's first and then in the order of their names: at
   * first, how long each is.
   */
  private Future<JsonObject> page(
      int offset, int limit, String field, Function<Range, JsonObject> here, JsonObject request) {
    JsonObject own = here.apply(new Range(offset, limit));
    if (peers.isEmpty()) {
      return Future.succeededFuture(own);
    }
    return peers
        .askAll(request.copy().put("offset", 0).put("limit", 1))
        .compose(
            others -> {
              JsonArray list = own.getJsonArray(field);
              int total = own.getInteger("total") + others.sum("total");
              Future<JsonArray> filled =
                  fill(list, offset - own.getInteger("total"), limit, field, others, 0, request);
              return filled.map(
                  all -> others.tellMissing(new JsonObject().put(field, all).put("total", total)));
            });
  }

  /**
   * Adds what the list has room for of the nodes from this one on.
   *
   * @param offset in what is still to come; where negative, its beginning
   */
  private Future<JsonArray> fill(
      JsonArray list,
      int offset,
      int limit,
      String field,
      SessionPeers.Answers others,
      int next,
      JsonObject request) {
    if (next == others.all().size() || list.size() >= limit) {
      return Future.succeededFuture(list);
    }
    SessionPeers.Answer other = others.all().get(next);
    int total = other.body().getInteger("total", 0);
    Future<JsonObject> asked =
        Math.max(0, offset) >= total
            ? Future.succeededFuture(new JsonObject())
            : peers.ask(
                other.from(),
                request
                    .copy()
                    .put("offset", Math.max(0, offset))
                    .put("limit", limit - list.size()));
    return asked
        .otherwise(new JsonObject())
        .compose(
            page -> {
              list.addAll(page.getJsonArray(field, new JsonArray()));
              return fill(list, offset - total, limit, field, others, next + 1, request);
            });
  }

  // --- for another node -------------------------------------------------------------------------

  private void onPeer(Message<JsonObject> message) {
    JsonObject body = message.body();
    switch (String.valueOf(body.getValue("op"))) {
      case "merge" -> {
        peers.merge(body.getJsonArray("revocations"));
        message.reply(new JsonObject());
      }
      case "revocations" -> message.reply(peers.page(body));
      case "users" ->
          message.reply(users(SessionRequest.who(body.copy().put("op", "list")), rangeOf(body)));
      default -> message.reply(own(SessionRequest.of(body)));
    }
  }

  private static Range rangeOf(JsonObject body) {
    return new Range(body.getInteger("offset", 0), body.getInteger("limit", 1));
  }

  private JsonObject own(SessionRequest request) {
    if (request instanceof SessionRequest.All all) {
      return list(all, new Range(all.offset(), all.limit()));
    }
    if (request instanceof SessionRequest.Kick kick) {
      return new JsonObject().put("kicked", kick(kick));
    }
    SessionRegistry.Revoked revoked = end((SessionRequest.Revoke) request);
    if (revoked == null) {
      throw new IllegalArgumentException("no more revocations can be remembered");
    }
    keeper.write();
    return new JsonObject()
        .put("revoked", revoked.ended())
        .put("revocations", SessionPeers.json(revoked.remembered()));
  }

  // --- here -------------------------------------------------------------------------------------

  private int kick(SessionRequest.Kick request) {
    int kicked = sessions.kick(request.filter(), behind(request.why()));
    LOG.info("kicked {} sessions: {}", kicked, Json.encode(request.why()));
    return kicked;
  }

  private SessionRegistry.@Nullable Revoked end(SessionRequest.Revoke request) {
    SessionRegistry.Revoked revoked =
        sessions.revoke(request.of(), request.forget(), behind(request.why()));
    if (revoked != null) {
      LOG.info(
          "revoked tokens, ended {} sessions: {}", revoked.ended(), Json.encode(request.why()));
    }
    return revoked;
  }

  private JsonObject list(SessionRequest.All request, Range range) {
    return json(sessions.list(request.filter(), range.offset(), range.limit()));
  }

  private JsonObject users(SessionRequest.Who request, Range range) {
    SessionRegistry.Users found = sessions.users(request.user(), range.offset(), range.limit());
    JsonArray users = new JsonArray();
    for (SessionRegistry.User each : found.users()) {
      users.add(
          new JsonObject()
              .put("user", each.user())
              .put("sessions", each.sessions())
              .put("since", each.since().toEpochMilli())
              .put("node", node.name()));
    }
    return new JsonObject().put("users", users).put("total", found.total());
  }

  // --- who is on --------------------------------------------------------------------------------

  private void tellPresence(int most) {
    for (Presence.Change change : sessions.comings(most)) {
      JsonObject event =
          new JsonObject()
              .put("event", change.joined() ? "join" : "leave")
              .put("user", change.user())
              .put("node", node.name())
              .put("sessions", change.sessions())
              .put("at", node.time().now().toEpochMilli());
      vertx.eventBus().publish(GuardBus.PRESENCE, event);
    }
  }

  private static String behind(String why) {
    return why.isEmpty() ? "" : ": " + why;
  }

  private static JsonObject json(SessionRegistry.Page page) {
    JsonArray list = new JsonArray();
    page.sessions().forEach(session -> list.add(json(session)));
    return new JsonObject().put("sessions", list).put("total", page.total());
  }

  private static JsonObject json(Session session) {
    JsonObject json =
        new JsonObject()
            .put("id", session.id())
            .put("user", session.user())
            .put("node", session.node())
            .put("peer", session.peer())
            .put("since", session.since().toEpochMilli());
    if (!session.expiresAt().equals(Instant.MAX)) {
      json.put("expiresAt", session.expiresAt().toEpochMilli());
    }
    return json.put("rights", new JsonArray(session.claims().rights().stream().sorted().toList()));
  }
}
