package io.drawbridge.auth.session;

import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Member;
import io.drawbridge.guard.Muster;
import io.drawbridge.guard.Standing;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts each user's sessions over all nodes: one node, the user's owner, has them in its {@link
 * Directory}, and all others ask it before a session begins, and tell it when one has ended. What
 * the owner knows is soft: when the nodes change, each tells the new owner of its sessions.
 *
 * <p>Made and used on one event loop, but for what {@link SessionRegistry.Counting} says.
 */
final class SessionCounts implements SessionRegistry.Counting, Muster.Listener {
  /** Past it, those of the own node alone are what counts. */
  private static final Duration CLAIMED_WITHIN = Duration.ofMillis(300);

  /** Ends of sessions are told together. */
  private static final long RELEASED_WITHIN_MILLIS = 20;

  /** Between two turns of telling a new owner. */
  private static final long PAUSE_MILLIS = 10;

  /** Users that are looked at, and sessions told of, in one turn. */
  static final int MOST_A_TURN = 1_000;

  /** Ends that wait to be told; beyond, the owner learns of them when it changes. */
  private static final int MOST_RELEASES = 100_000;

  /** Nodes that are remembered for the case that they come back. */
  private static final int MOST_DROPPED = 10_000;

  private static final String OURS = "";

  private final Vertx vertx;
  private final Context context;
  private final SessionRegistry sessions;
  private final SessionPeers peers;
  private final Standing standing;
  private final Directory directory;

  /** Who was told of each user's sessions, and since when it is there. */
  private final Map<String, String> toldTo = new HashMap<>();

  /** Users whose owner may not know of them. */
  private final Set<String> untold = new LinkedHashSet<>();

  /** Users of the directory that somebody else may count. */
  private final Queue<String> suspects = new ArrayDeque<>();

  /** Of those, some are asked for here that are not ours by now. */
  private boolean strangers;

  private boolean turning;
  private boolean wasActive;

  /** Nodes that have fallen silent, and whose sessions were forgotten with them. */
  private final Set<String> dropped = new HashSet<>();

  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean releasing = new AtomicBoolean();

  private record Ended(String user, String session) {}

  SessionCounts(Vertx vertx, SessionRegistry sessions, SessionPeers peers) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.sessions = sessions;
    this.peers = peers;
    this.standing = peers.standing();
    this.directory = sessions.directory();
  }

  Directory directory() {
    return directory;
  }

  // --- for the own node -------------------------------------------------------------------------

  @Override
  public void claim(Session session, Consumer<SessionVerdict> answer) {
    context.runOnContext(turn -> claimHere(session, answer));
  }

  private void claimHere(Session session, Consumer<SessionVerdict> answer) {
    String user = session.user();
    Member owner = owner(user);
    if (owner == null) {
      toldTo.put(user, OURS);
      answer.accept(verdict(session, decide(user, place(session, standing.id()))));
      return;
    }
    toldTo.put(user, key(owner));
    JsonObject request = to("claim").mergeIn(json(session)).put("user", user);
    peers
        .ask(owner.id(), request, CLAIMED_WITHIN)
        .onSuccess(told -> answer.accept(verdict(session, told.getInteger("refusedAt", -1))))
        .onFailure(
            silent -> {
              answer.accept(new SessionVerdict.Opened(session));
              forget(user);
            });
  }

  private static SessionVerdict verdict(Session session, int refusedAt) {
    return refusedAt < 0
        ? new SessionVerdict.Opened(session)
        : new SessionVerdict.Refused(
            ErrorKind.CONNECTION_LIMIT, "the user has " + refusedAt + " sessions");
  }

  @Override
  public void moved(Session session) {
    context.runOnContext(
        turn -> {
          forget(session.user());
          turn();
        });
  }

  @Override
  public void released(Session session) {
    add(new Ended(session.user(), session.id()));
    releaseSoon();
  }

  private void add(Ended fresh) {
    if (waiting.incrementAndGet() <= MOST_RELEASES) {
      ended.add(fresh);
    } else {
      waiting.decrementAndGet();
    }
  }

  private @Nullable Ended poll() {
    Ended next = ended.poll();
    if (next != null) {
      waiting.decrementAndGet();
    }
    return next;
  }

  private void releaseSoon() {
    if (releasing.compareAndSet(false, true)) {
      context.runOnContext(
          turn ->
              vertx.setTimer(
                  RELEASED_WITHIN_MILLIS,
                  due -> {
                    releasing.set(false);
                    release();
                  }));
    }
  }

  private void release() {
    Map<String, List<Ended>> byOwner = new HashMap<>();
    Ended next = poll();
    for (int i = 0; next != null; i++) {
      Member owner = owner(next.user());
      if (owner == null) {
        directory.release(next.user(), next.session(), standing.id());
      } else {
        byOwner.computeIfAbsent(owner.id(), first -> new ArrayList<>()).add(next);
      }
      if (sessions.of(next.user()).isEmpty()) {
        toldTo.remove(next.user());
      }
      next = i < MOST_A_TURN ? poll() : null;
    }
    byOwner.forEach(this::release);
    if (!ended.isEmpty()) {
      releaseSoon();
    }
  }

  private void release(String owner, List<Ended> of) {
    JsonArray all = new JsonArray();
    of.forEach(each -> all.add(each.user()).add(each.session()));
    peers
        .ask(owner, to("release").put("of", all))
        .onFailure(
            silent -> {
              // To whoever is the owner by then.
              of.forEach(this::add);
              releaseSoon();
            });
  }

  // --- for other nodes --------------------------------------------------------------------------

  /** The answer to what another node asks or tells. */
  JsonObject answer(JsonObject request) {
    String member = String.valueOf(request.getString("member"));
    switch (request.getString("op")) {
      case "claim" -> {
        String user = request.getString("user");
        stranger(user);
        return new JsonObject().put("refusedAt", decide(user, place(request, member)));
      }
      case "tell" -> {
        JsonArray of = request.getJsonArray("of");
        for (int i = 0; i < of.size(); i++) {
          JsonObject each = of.getJsonObject(i);
          stranger(each.getString("user"));
          told(each.getString("user"), place(each, member));
        }
      }
      case "release" -> {
        JsonArray of = request.getJsonArray("of");
        for (int i = 0; i + 1 < of.size(); i += 2) {
          directory.release(of.getString(i), of.getString(i + 1), member);
        }
      }
      case "anew" -> {
        String owner = member + '@';
        toldTo.values().removeIf(told -> told.startsWith(owner));
        untold.addAll(sessions.userIds());
        turn();
      }
      default ->
          sessions.replace(request.getJsonArray("of").stream().map(String::valueOf).toList());
    }
    return new JsonObject();
  }

  /** It is asked here by one who knows of other nodes than this one. */
  private void stranger(String user) {
    strangers |= owner(user) != null;
  }

  /** How many the user has, where that is too many; else -1. */
  private int decide(String user, Directory.Place place) {
    Directory.Claim claim = directory.claim(user, place);
    end(user, claim.ended());
    return claim.refusedAt();
  }

  private void told(String user, Directory.Place place) {
    end(user, directory.tell(user, place));
  }

  private void end(String user, List<Directory.Place> places) {
    Map<String, List<Directory.Place>> byMember = new HashMap<>();
    places.forEach(
        each -> byMember.computeIfAbsent(each.member(), first -> new ArrayList<>()).add(each));
    byMember.forEach((member, of) -> end(user, member, of));
  }

  private void end(String user, String member, List<Directory.Place> of) {
    List<String> ids = of.stream().map(Directory.Place::session).toList();
    if (member.equals(standing.id())) {
      sessions.replace(ids);
      return;
    }
    peers
        .ask(member, to("end").put("of", new JsonArray(ids)))
        .onFailure(
            silent -> {
              // Still there, as far as anybody knows: the next claim ends it.
              if (standing.others().stream().anyMatch(each -> each.id().equals(member))) {
                of.forEach(each -> directory.put(user, each));
              }
            });
  }

  // --- when the nodes change --------------------------------------------------------------------

  @Override
  public void gone(List<Member> others) {
    for (Member other : others) {
      directory.gone(other.id());
      if (other.state() != Member.State.LEAVING && dropped.size() < MOST_DROPPED) {
        dropped.add(other.id());
      }
    }
  }

  /** Back, and perhaps it has not noticed that it was gone. */
  @Override
  public void heard(Member other) {
    if (dropped.remove(other.id())) {
      peers.ask(other.id(), to("anew")).onFailure(silent -> dropped.add(other.id()));
    }
  }

  /** Owners that know nothing of a user's sessions have to be told of them. */
  @Override
  public void changed() {
    boolean lost = wasActive && !standing.isActive();
    wasActive = standing.isActive();
    if (lost) {
      // The others have shared out its part; they tell of theirs when it is back.
      directory.clear();
      toldTo.clear();
    }
    untold.addAll(sessions.userIds());
    suspects.clear();
    suspects.addAll(directory.ids());
    turn();
  }

  /** To be called every second. */
  void beat() {
    if (strangers) {
      strangers = false;
      suspects.addAll(directory.ids());
    }
    turn();
  }

  private void forget(String user) {
    toldTo.remove(user);
    untold.add(user);
  }

  private void turn() {
    if (turning) {
      return;
    }
    turning = true;
    for (int i = 0; i < MOST_A_TURN && !suspects.isEmpty(); i++) {
      String user = suspects.remove();
      if (owner(user) != null) {
        directory.forget(user);
      }
    }
    Future.join(tellSome())
        .onComplete(done -> vertx.setTimer(PAUSE_MILLIS, paused -> next(done.succeeded())));
  }

  private void next(boolean heard) {
    turning = false;
    // Else with the next beat.
    if (heard && !(untold.isEmpty() && suspects.isEmpty())) {
      turn();
    }
  }

  /** Tells of so many of those that are untold; completes when it is known whether it was heard. */
  private List<Future<JsonObject>> tellSome() {
    Map<String, JsonArray> byOwner = new LinkedHashMap<>();
    Map<String, List<String>> users = new HashMap<>();
    Iterator<String> next = untold.iterator();
    int count = 0;
    for (int i = 0; i < MOST_A_TURN && count < MOST_A_TURN && next.hasNext(); i++) {
      String user = next.next();
      next.remove();
      Member owner = owner(user);
      String key = owner == null ? OURS : key(owner);
      List<Session> of = key.equals(toldTo.get(user)) ? List.of() : sessions.of(user);
      if (of.isEmpty()) {
        continue;
      }
      toldTo.put(user, key);
      count += of.size();
      if (owner == null) {
        of.forEach(each -> told(user, place(each, standing.id())));
      } else {
        JsonArray all = byOwner.computeIfAbsent(owner.id(), first -> new JsonArray());
        of.forEach(each -> all.add(json(each).put("user", user)));
        users.computeIfAbsent(owner.id(), first -> new ArrayList<>()).add(user);
      }
    }
    List<Future<JsonObject>> told = new ArrayList<>();
    byOwner.forEach(
        (owner, of) ->
            told.add(
                peers
                    .ask(owner, to("tell").put("of", of))
                    .onFailure(
                        silent -> users.getOrDefault(owner, List.of()).forEach(this::forget))));
    return told;
  }

  private JsonObject to(String op) {
    return new JsonObject().put("op", op).put("member", standing.id());
  }

  // --- the parts --------------------------------------------------------------------------------

  /** Null for this node, and where there is none. */
  private @Nullable Member owner(String user) {
    return standing.otherOwner("user:" + user);
  }

  /** One that comes anew has forgotten all. */
  private static String key(Member owner) {
    return owner.id() + '@' + owner.since();
  }

  private static JsonObject json(Session session) {
    return new JsonObject()
        .put("session", session.id())
        .put("since", session.since().toEpochMilli());
  }

  private static Directory.Place place(Session session, String member) {
    return new Directory.Place(session.id(), member, session.since().toEpochMilli());
  }

  private static Directory.Place place(JsonObject json, String member) {
    return new Directory.Place(json.getString("session"), member, json.getLong("since"));
  }
}
