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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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

  /** What another node is asked who is on. */
  private static final JsonObject USERS = new JsonObject().put("op", "users");

  /** Who goes and is back within this time was not away. */
  private static final long BEAT_MILLIS = 1_000;

  private final SessionRegistry sessions;
  private final Node node;
  private final RevocationFile file;
  private final @Nullable Boolean withOthers;
  private Keeper keeper;
  private SessionPeers peers;
  private SessionCounts counts;
  private PresenceFeed presence;

  public SessionsVerticle(Path data, SessionRegistry sessions, Node node) {
    this(data, sessions, node, null);
  }

  /**
   * @param withOthers whether others may be on this event bus; null for where it is clustered
   */
  @SuppressWarnings("NullAway.Init") // what is not final is set in start()
  SessionsVerticle(Path data, SessionRegistry sessions, Node node, @Nullable Boolean withOthers) {
    this.sessions = sessions;
    this.node = node;
    this.file = new RevocationFile(data);
    this.withOthers = withOthers;
  }

  @Override
  public Future<?> start() {
    keeper = new Keeper(vertx, "revocations", this::toWrite);
    boolean clustered = withOthers == null ? vertx.isClustered() : withOthers;
    peers = new SessionPeers(vertx, sessions, node, clustered, keeper::write);
    counts = new SessionCounts(vertx, sessions, peers);
    presence = new PresenceFeed(vertx, sessions, node, peers, Duration.ofMillis(BEAT_MILLIS));
    peers.listen(counts);
    peers.listen(presence);
    return vertx
        .executeBlocking(file::load)
        .onSuccess(sessions::restore)
        .compose(
            restored ->
                clustered ? serve(peers.address(), this::onPeer) : Future.<Void>succeededFuture())
        .compose(served -> peers.join())
        .onSuccess(joined -> sessions.countBy(clustered ? counts : null))
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
    counts.beat();
    presence.beat();
  }

  /** Tells of all who have gone; completes when all is in the file. */
  @Override
  public Future<?> stop() {
    sessions.countBy(null);
    presence.end();
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
      Range range = new Range(all.offset(), all.limit());
      page(range, "sessions", part -> list(all, part), message.body()).onSuccess(message::reply);
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
    return all.isEmpty()
        ? Future.succeededFuture(others.tellMissing(answer))
        : peers.spread(all, others).map(spread -> spread.tellMissing(others.tellMissing(answer)));
  }

  private void onWho(Message<JsonObject> message) {
    SessionRequest.Who who = SessionRequest.who(message.body());
    Future<JsonObject> answer =
        who.user() == null
            ? page(new Range(who.offset(), who.limit()), "users", this::users, USERS)
            : one(who.user(), who.offset());
    answer.map(found -> found.put("node", node.name())).onSuccess(message::reply);
  }

  /** One user, by all nodes. */
  private Future<JsonObject> one(String user, int offset) {
    return peers
        .askAll(USERS.copy().put("user", user))
        .map(
            others -> {
              List<JsonObject> found = new ArrayList<>();
              others.all().forEach(each -> found.add(each.body()));
              found.add(here(user, new Range(0, 1)));
              JsonArray sum = sum(user, found);
              JsonArray page = offset == 0 ? sum : new JsonArray();
              return others.tellMissing(
                  new JsonObject().put("users", page).put("total", sum.size()));
            });
  }

  private static JsonArray sum(String user, List<JsonObject> answers) {
    int count = 0;
    long since = Long.MAX_VALUE;
    for (JsonObject each : answers) {
      for (Object one : each.getJsonArray("users", new JsonArray())) {
        count += ((JsonObject) one).getInteger("sessions");
        since = Math.min(since, ((JsonObject) one).getLong("since"));
      }
    }
    return count == 0 ? new JsonArray() : new JsonArray().add(user(user, count, since));
  }

  /** A part of a list. */
  private record Range(int offset, int limit) {}

  /** One node's part in a list: how long that is, and how to get some of it. */
  private record Part(String node, int total, Function<Range, Future<JsonObject>> get) {}

  /**
   * A part of the lists of all nodes, in the order of their names: at first, how long each is. With
   * no others, the node's own.
   */
  private Future<JsonObject> page(
      Range range, String field, Function<Range, JsonObject> own, JsonObject request) {
    if (peers.isEmpty()) {
      return Future.succeededFuture(own.apply(range));
    }
    return peers
        .askAll(ranged(request, new Range(0, 1)))
        .compose(
            others -> {
              List<Part> parts = new ArrayList<>();
              int here = own.apply(new Range(0, 1)).getInteger("total");
              parts.add(
                  new Part(node.name(), here, part -> Future.succeededFuture(own.apply(part))));
              for (SessionPeers.Answer each : others.all()) {
                parts.add(
                    new Part(
                        each.from().node(),
                        each.body().getInteger("total", 0),
                        part -> peers.ask(each.from(), ranged(request, part))));
              }
              parts.sort(Comparator.comparing(Part::node));
              int total = parts.stream().mapToInt(Part::total).sum();
              return fill(new JsonArray(), range, field, parts)
                  .map(
                      list ->
                          others.tellMissing(
                              new JsonObject().put(field, list).put("total", total)));
            });
  }

  private static JsonObject ranged(JsonObject request, Range range) {
    return request.copy().put("offset", range.offset()).put("limit", range.limit());
  }

  /** Adds what there is of the range in these parts, one after the other. */
  private static Future<JsonArray> fill(
      JsonArray list, Range range, String field, List<Part> parts) {
    if (parts.isEmpty() || range.limit() <= 0) {
      return Future.succeededFuture(list);
    }
    Part part = parts.get(0);
    List<Part> rest = parts.subList(1, parts.size());
    if (range.offset() >= part.total()) {
      Range behind = new Range(range.offset() - part.total(), range.limit());
      return fill(list, behind, field, rest);
    }
    return part.get()
        .apply(range)
        .otherwise(new JsonObject())
        .compose(
            page -> {
              JsonArray found = page.getJsonArray(field, new JsonArray());
              list.addAll(found);
              return fill(list, new Range(0, range.limit() - found.size()), field, rest);
            });
  }

  // --- for another node -------------------------------------------------------------------------

  private void onPeer(Message<JsonObject> message) {
    JsonObject body = message.body();
    switch (String.valueOf(body.getValue("op"))) {
      case "merge" -> {
        peers.merge(body.getJsonArray("revocations", new JsonArray()));
        message.reply(new JsonObject());
      }
      case "revocations" -> message.reply(peers.page(body));
      case "users" -> message.reply(usersFor(body));
      case "claim", "tell", "release", "end", "anew" -> message.reply(counts.answer(body));
      case "witness", "lost" -> message.reply(presence.answer(body));
      default -> message.reply(own(SessionRequest.of(body)));
    }
  }

  private JsonObject usersFor(JsonObject body) {
    Range range = new Range(body.getInteger("offset", 0), body.getInteger("limit", 1));
    String user = body.getString("user");
    return user == null ? users(range) : here(user, range);
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

  /** Those who are on: with others, those that this node counts for all. */
  private JsonObject users(Range range) {
    if (!sessions.isCounted()) {
      return here(null, range);
    }
    Directory directory = counts.directory();
    JsonArray users = new JsonArray();
    directory
        .users(range.offset(), range.limit())
        .forEach(each -> users.add(user(each.user(), each.sessions(), each.since())));
    return new JsonObject().put("users", users).put("total", directory.size());
  }

  /** Those who are on here, or this one. */
  private JsonObject here(@Nullable String only, Range range) {
    SessionRegistry.Users found = sessions.users(only, range.offset(), range.limit());
    JsonArray users = new JsonArray();
    for (SessionRegistry.User each : found.users()) {
      users.add(user(each.user(), each.sessions(), each.since().toEpochMilli()));
    }
    return new JsonObject().put("users", users).put("total", found.total());
  }

  private static JsonObject user(String user, int count, long since) {
    return new JsonObject().put("user", user).put("sessions", count).put("since", since);
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
