package io.drawbridge.auth.session;

import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Keeper;
import io.drawbridge.guard.Node;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers who asks for the sessions of this process on the event bus ({@link GuardBus#SESSIONS}),
 * tells who comes and goes ({@link GuardBus#PRESENCE}), and keeps the revocations in the data
 * folder. To be deployed once a process, before its secure edge, which would believe revoked tokens
 * until then.
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

  @SuppressWarnings("NullAway.Init") // keeper is set in start()
  public SessionsVerticle(Path data, SessionRegistry sessions, Node node) {
    this.sessions = sessions;
    this.node = node;
    this.file = new RevocationFile(data);
  }

  @Override
  public Future<?> start() {
    keeper = new Keeper(vertx, "revocations", this::toWrite);
    return vertx
        .executeBlocking(file::load)
        .onSuccess(sessions::restore)
        .compose(
            restored ->
                vertx.eventBus().<Object>consumer(GuardBus.SESSIONS, this::onRequest).completion())
        .compose(
            served ->
                vertx.eventBus().<Object>consumer(GuardBus.PRESENCE_LIST, this::onWho).completion())
        .onSuccess(served -> vertx.setPeriodic(BEAT_MILLIS, beat -> tellPresence(MOST_A_BEAT)));
  }

  /** Tells of all who have gone; completes when all is in the file. */
  @Override
  public Future<?> stop() {
    tellPresence(Integer.MAX_VALUE);
    return keeper.close();
  }

  private Keeper.Write toWrite() {
    List<Revocation> now = sessions.revocations();
    return () -> file.save(now);
  }

  private void onRequest(Message<Object> message) {
    SessionRequest request;
    try {
      request = SessionRequest.of(message.body());
    } catch (IllegalArgumentException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (request instanceof SessionRequest.All all) {
      message.reply(json(sessions.list(all.filter(), all.offset(), all.limit())));
    } else if (request instanceof SessionRequest.Kick kick) {
      int kicked = sessions.kick(kick.filter(), behind(kick.why()));
      LOG.info("kicked {} sessions: {}", kicked, Json.encode(kick.why()));
      message.reply(new JsonObject().put("kicked", kicked));
    } else if (request instanceof SessionRequest.Revoke revoke) {
      revoke(message, revoke);
    }
  }

  private void revoke(Message<Object> message, SessionRequest.Revoke request) {
    OptionalInt ended = sessions.revoke(request.of(), request.forget(), behind(request.why()));
    if (ended.isEmpty()) {
      message.fail(GuardBus.UNAVAILABLE, "no more revocations can be remembered");
      return;
    }
    int revoked = ended.getAsInt();
    LOG.info("revoked tokens, ended {} sessions: {}", revoked, Json.encode(request.why()));
    keeper
        .write()
        .onSuccess(kept -> message.reply(new JsonObject().put("revoked", revoked)))
        .onFailure(
            cause ->
                message.fail(
                    GuardBus.UNAVAILABLE,
                    "revoked, but it can't be kept: a restart would forget it"));
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

  private void onWho(Message<Object> message) {
    SessionRequest.Who who;
    try {
      who = SessionRequest.who(message.body());
    } catch (IllegalArgumentException e) {
      message.fail(GuardBus.BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    SessionRegistry.Users found = sessions.users(who.user(), who.offset(), who.limit());
    JsonArray users = new JsonArray();
    for (SessionRegistry.User each : found.users()) {
      users.add(
          new JsonObject()
              .put("user", each.user())
              .put("sessions", each.sessions())
              .put("since", each.since().toEpochMilli()));
    }
    message.reply(
        new JsonObject().put("users", users).put("total", found.total()).put("node", node.name()));
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
