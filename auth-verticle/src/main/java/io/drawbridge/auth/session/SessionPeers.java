package io.drawbridge.auth.session;

import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Member;
import io.drawbridge.guard.Muster;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Standing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The other nodes that have sessions: asks them, and makes sure that all believe the same tokens no
 * more. Each announces a digest of its revocations; who announces another one twice in a row is
 * asked for all of them. Taking them is a join, so that all are equal in the end, in whatever order
 * they hear of what. To be used on one event loop.
 */
final class SessionPeers {
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);
  private static final String ADDRESS = GuardBus.SESSIONS + '.';

  /** Revocations in one message. */
  static final int PAGE = 1_000;

  private final Vertx vertx;
  private final SessionRegistry sessions;
  private final Runnable onMerged;
  private final Standing standing;
  private final Muster muster;

  /** Whose digest was another one the last time. */
  private final Map<String, Boolean> differed = new HashMap<>();

  private boolean pulling;
  private long digest;

  /**
   * @param onMerged is called when there are more revocations here than before
   */
  SessionPeers(Vertx vertx, SessionRegistry sessions, Node node, Runnable onMerged) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.onMerged = onMerged;
    this.standing = new Standing("sessions-" + UUID.randomUUID(), node.name());
    this.muster =
        new Muster(vertx, GuardBus.SESSION_MEMBERS, standing, node.time(), new Announcements());
  }

  private final class Announcements implements Muster.Listener {
    @Override
    public JsonObject data() {
      return new JsonObject().put("revocations", Long.toHexString(digest));
    }

    @Override
    public void heard(Member other) {
      boolean differs =
          other.data().getValue("revocations") instanceof String theirs
              && !theirs.equals(Long.toHexString(digest));
      if (!differs) {
        differed.remove(other.id());
      } else if (Boolean.TRUE.equals(differed.put(other.id(), true))) {
        pull(other);
      }
    }

    @Override
    public void gone(List<Member> others) {
      others.forEach(other -> differed.remove(other.id()));
    }
  }

  /** Where the others ask this one. */
  String address() {
    return ADDRESS + standing.id();
  }

  /**
   * Completes when the others know of this one, and this one has what they remember, as far as they
   * answer; never fails.
   */
  Future<Void> join() {
    look();
    return muster
        .join()
        .compose(
            joined ->
                standing.others().isEmpty()
                    ? Future.<Void>succeededFuture()
                    : pull(standing.others().get(0)))
        .otherwiseEmpty();
  }

  Future<Void> leave() {
    return muster.leave();
  }

  /** To be called when the revocations may have changed, and now and then. */
  void look() {
    digest = sessions.revocationDigest();
  }

  boolean isEmpty() {
    return standing.others().isEmpty();
  }

  // --- to ask -----------------------------------------------------------------------------------

  /** What another has answered; null for nothing. */
  record Answer(Member from, JsonObject body) {}

  /**
   * What all have answered, in the order of their nodes.
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
      return missing.isEmpty() ? answer : answer.put("missing", new JsonArray(missing));
    }
  }

  /** Asks each of the others the same; never fails. */
  Future<Answers> askAll(JsonObject request) {
    List<Member> others =
        standing.others().stream()
            .sorted((one, other) -> one.node().compareTo(other.node()))
            .toList();
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
    return vertx
        .eventBus()
        .<JsonObject>request(
            ADDRESS + other.id(),
            request,
            new DeliveryOptions().setSendTimeout(ANSWER_WITHIN.toMillis()))
        .map(Message::body);
  }

  // --- revocations ------------------------------------------------------------------------------

  /**
   * Has the others believe these no more; completes when they have said so, or have not in time.
   */
  Future<Answers> spread(List<Revocation> revocations) {
    look();
    return askAll(new JsonObject().put("op", "merge").put("revocations", json(revocations)));
  }

  /** Takes what another has sent. */
  void merge(JsonArray revocations) {
    List<Revocation> found = new ArrayList<>(revocations.size());
    revocations.forEach(each -> found.add(Revocation.fromJson((JsonObject) each)));
    if (sessions.merge(found)) {
      look();
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
      return Future.succeededFuture();
    }
    pulling = true;
    return pull(from, "").onComplete(pulled -> pulling = false).otherwiseEmpty();
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
