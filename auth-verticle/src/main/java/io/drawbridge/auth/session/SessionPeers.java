package io.drawbridge.auth.session;

import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Member;
import io.drawbridge.guard.Muster;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Standing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The other nodes that have sessions: asks them, and makes sure that all believe the same tokens no
 * more. Each announces a digest of its revocations; who announces another one twice in a row is
 * asked for all of them. Taking them is a join, so that all are equal in the end, in whatever order
 * they hear of what. To be used on one event loop.
 */
final class SessionPeers {
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);

  /** How long a start waits for what the others remember, and for being known to them. */
  private static final Duration PULLED_WITHIN = Duration.ofSeconds(2);

  private static final Duration JOINED_WITHIN = Duration.ofSeconds(5);

  /** Those of one process, for the other processes alone; the id of the process follows. */
  private static final String ADDRESS = GuardBus.SESSIONS + '.';

  /** Where each process with a secure edge announces itself to the others. */
  private static final String MEMBERS = ADDRESS + "members";

  /** Revocations in one message. */
  static final int PAGE = 1_000;

  private final Vertx vertx;
  private final SessionRegistry sessions;
  private final Runnable onMerged;
  private final Standing standing;
  private final Muster muster;
  private final List<Muster.Listener> listeners = new ArrayList<>();

  /** Whose digest was another one the last time. */
  private final Set<String> differed = new HashSet<>();

  /** The digests after the last pull from each; while they stay, a further one brings nothing. */
  private final Map<String, String> pulled = new HashMap<>();

  private boolean pulling;

  /**
   * @param withOthers whether others may be on this event bus
   * @param onMerged is called when there are more revocations here than before
   */
  SessionPeers(
      Vertx vertx, SessionRegistry sessions, Node node, boolean withOthers, Runnable onMerged) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.onMerged = onMerged;
    this.standing = new Standing("sessions-" + UUID.randomUUID(), node.name());
    this.muster =
        new Muster(vertx, MEMBERS, standing, node.time(), new Announcements(), withOthers);
    listeners.add(new Digests());
  }

  /** Has this told of the others, too; to be called before {@link #join}. */
  void listen(Muster.Listener listener) {
    listeners.add(listener);
  }

  Standing standing() {
    return standing;
  }

  private final class Announcements implements Muster.Listener {
    @Override
    public JsonObject data() {
      JsonObject all = new JsonObject();
      listeners.forEach(each -> all.mergeIn(each.data()));
      return all;
    }

    @Override
    public void heard(Member other) {
      listeners.forEach(each -> each.heard(other));
    }

    @Override
    public void gone(List<Member> others) {
      listeners.forEach(each -> each.gone(others));
    }

    @Override
    public void changed() {
      listeners.forEach(Muster.Listener::changed);
    }
  }

  private final class Digests implements Muster.Listener {
    @Override
    public JsonObject data() {
      return new JsonObject().put("revocations", digest());
    }

    @Override
    public void heard(Member other) {
      if (!(other.data().getValue("revocations") instanceof String theirs)
          || theirs.equals(digest())) {
        differed.remove(other.id());
      } else if (!differed.add(other.id()) && !state(theirs).equals(pulled.get(other.id()))) {
        pull(other).onSuccess(done -> pulled.put(other.id(), state(theirs)));
      }
    }

    @Override
    public void gone(List<Member> others) {
      for (Member other : others) {
        differed.remove(other.id());
        pulled.remove(other.id());
      }
    }
  }

  private String digest() {
    return Long.toHexString(sessions.revocationDigest());
  }

  private String state(String theirs) {
    return theirs + ' ' + digest();
  }

  /** Where the others ask this one. */
  String address() {
    return ADDRESS + standing.id();
  }

  /**
   * Completes when the others know of this one, and this one has what they remember, as far as that
   * is so within a few seconds; fails where the event bus can't be heard.
   */
  Future<Void> join() {
    Promise<Void> known = Promise.promise();
    muster.join().onSuccess(joined -> known.tryComplete()).onFailure(known::tryFail);
    long timer = vertx.setTimer(JOINED_WITHIN.toMillis(), late -> known.tryComplete());
    return known
        .future()
        .onComplete(done -> vertx.cancelTimer(timer))
        .compose(joined -> pullFirst());
  }

  private Future<Void> pullFirst() {
    List<Member> others = standing.others();
    return others.isEmpty()
        ? Future.succeededFuture()
        : pull(others.get(0))
            .timeout(PULLED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .otherwiseEmpty();
  }

  Future<Void> leave() {
    return muster.leave();
  }

  boolean isEmpty() {
    return standing.others().isEmpty();
  }

  // --- to ask -----------------------------------------------------------------------------------

  /** What another has answered. */
  record Answer(Member from, JsonObject body) {}

  /**
   * What all have answered.
   *
   * @param missing the names of the nodes that have not, in time or at all
   */
  record Answers(List<Answer> all, List<String> missing) {

    /** What the others have counted. */
    int sum(String field) {
      return all.stream().mapToInt(each -> each.body().getInteger(field, 0)).sum();
    }

    /** Tells the asker who has not answered. */
    JsonObject tellMissing(JsonObject answer) {
      if (missing.isEmpty()) {
        return answer;
      }
      JsonArray all = answer.getJsonArray("missing", new JsonArray());
      return answer.put("missing", all.addAll(new JsonArray(missing)));
    }
  }

  /** Asks each of the others the same; never fails. */
  Future<Answers> askAll(JsonObject request) {
    return ask(standing.others(), request);
  }

  private Future<Answers> ask(List<Member> others, JsonObject request) {
    List<Future<JsonObject>> asked =
        others.stream().map(other -> ask(other, request).otherwiseEmpty()).toList();
    return Future.join(asked)
        .map(
            all -> {
              List<Answer> answers = new ArrayList<>();
              List<String> missing = new ArrayList<>();
              for (int i = 0; i < others.size(); i++) {
                JsonObject answer = asked.get(i).result();
                if (answer == null) {
                  missing.add(others.get(i).node());
                } else {
                  answers.add(new Answer(others.get(i), answer));
                }
              }
              return new Answers(answers, missing);
            });
  }

  Future<JsonObject> ask(Member other, JsonObject request) {
    return ask(other.id(), request);
  }

  /** Fails where it has not answered within half a second. */
  Future<JsonObject> ask(String id, JsonObject request) {
    return ask(id, request, ANSWER_WITHIN);
  }

  Future<JsonObject> ask(String id, JsonObject request, Duration within) {
    return vertx
        .eventBus()
        .<JsonObject>request(
            ADDRESS + id, request, new DeliveryOptions().setSendTimeout(within.toMillis()))
        .map(Message::body);
  }

  // --- revocations ------------------------------------------------------------------------------

  /** Has those who have answered believe these no more; never fails. */
  Future<Answers> spread(JsonArray revocations, Answers to) {
    return ask(
        to.all().stream().map(Answer::from).toList(),
        new JsonObject().put("op", "merge").put("revocations", revocations));
  }

  /** Takes what another has sent. */
  void merge(JsonArray revocations) {
    List<Revocation> found = new ArrayList<>(revocations.size());
    revocations.forEach(each -> found.add(Revocation.fromJson((JsonObject) each)));
    if (sessions.merge(found)) {
      onMerged.run();
    }
  }

  /** The answer to another's {@code {"op":"revocations","after":s}}. */
  JsonObject page(JsonObject request) {
    String after = request.getString("after", "");
    return new JsonObject().put("revocations", json(sessions.revocationsAfter(after, PAGE)));
  }

  static JsonArray json(List<Revocation> revocations) {
    JsonArray all = new JsonArray();
    revocations.forEach(each -> all.add(each.toJson()));
    return all;
  }

  private Future<Void> pull(Member from) {
    if (pulling) {
      return Future.failedFuture("one at a time");
    }
    pulling = true;
    return pull(from, "").onComplete(done -> pulling = false);
  }

  private Future<Void> pull(Member from, String after) {
    return ask(from, new JsonObject().put("op", "revocations").put("after", after))
        .compose(
            answer -> {
              JsonArray page = answer.getJsonArray("revocations", new JsonArray());
              merge(page);
              return page.size() < PAGE
                  ? Future.<Void>succeededFuture()
                  : pull(from, page.getJsonObject(page.size() - 1).getString("subject"));
            });
  }
}
