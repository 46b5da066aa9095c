package io.drawbridge.auth.session;

import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.Member;
import io.drawbridge.guard.Muster;
import io.drawbridge.guard.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells who comes and goes ({@link GuardBus#PRESENCE}). Another node, its witness, knows whom it
 * has told of as being on, and tells of their going should this one be gone; likewise, this one for
 * those that have chosen it. To be used on one event loop.
 */
final class PresenceFeed implements Muster.Listener {
  /** What is told of within a beat; the rest waits, so that a storm is no storm of events. */
  static final int MOST_A_BEAT = 1_000;

  private final Vertx vertx;
  private final SessionRegistry sessions;
  private final Node node;
  private final SessionPeers peers;
  private final long longestBeat;
  private final Witness witness = new Witness();

  /** Counted up each time that others have told of leaves for this node. */
  private long era = 1;

  /** The id of ours; null where there is nobody else. */
  private @Nullable String chosen;

  /** Whether it knows of all who are told of. */
  private boolean witnessed;

  /** While the witness is told of all, nothing else is told. */
  private boolean witnessing;

  private long lastBeat;

  /**
   * @param beat how often {@link #beat} is called; after a much longer one, what happened to others
   *     meanwhile is not known yet
   */
  PresenceFeed(
      Vertx vertx, SessionRegistry sessions, Node node, SessionPeers peers, Duration beat) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.node = node;
    this.peers = peers;
    this.longestBeat = beat.plus(beat.dividedBy(2)).toNanos();
    this.lastBeat = node.time().nanos();
  }

  /** To be called at each beat. */
  void beat() {
    long now = node.time().nanos();
    boolean late = now - lastBeat > longestBeat;
    lastBeat = now;
    if ((late && !peers.isEmpty()) || !peers.standing().isActive()) {
      return;
    }
    witness.take(MOST_A_BEAT).forEach(each -> publish("leave", each.user(), each.node(), 0));
    if (witnessing) {
      return;
    }
    if (chosen == null || witnessed) {
      tell(MOST_A_BEAT);
    } else {
      tellWitness(chosen, sessions.toldOf(), 0);
    }
  }

  /** To be called at the end: tells of all who have gone. */
  void end() {
    tell(Integer.MAX_VALUE);
  }

  private void tell(int most) {
    List<Presence.Change> changes = sessions.comings(most);
    if (changes.isEmpty()) {
      return;
    }
    if (chosen != null) {
      testify(chosen, changes);
    }
    changes.forEach(
        each ->
            publish(each.joined() ? "join" : "leave", each.user(), node.name(), each.sessions()));
  }

  private void publish(String event, String user, String on, int count) {
    vertx
        .eventBus()
        .publish(
            GuardBus.PRESENCE,
            new JsonObject()
                .put("event", event)
                .put("user", user)
                .put("node", on)
                .put("sessions", count)
                .put("at", node.time().now().toEpochMilli()));
  }

  // --- its witness ------------------------------------------------------------------------------

  private void testify(String to, List<Presence.Change> changes) {
    List<String> came = new ArrayList<>();
    List<String> went = new ArrayList<>();
    changes.forEach(each -> (each.joined() ? came : went).add(each.user()));
    testify(to, report(false, came, went)).onFailure(silent -> witnessed = false);
  }

  private Witness.Report report(boolean anew, List<String> came, List<String> went) {
    return new Witness.Report(peers.standing().id(), node.name(), era, anew, came, went);
  }

  private Future<JsonObject> testify(String to, Witness.Report report) {
    return peers.ask(
        to,
        new JsonObject()
            .put("op", "witness")
            .put("member", report.member())
            .put("node", report.node())
            .put("era", report.era())
            .put("anew", report.anew())
            .put("came", new JsonArray(report.came()))
            .put("went", new JsonArray(report.went())));
  }

  /** In parts, one after the other. */
  private void tellWitness(String to, List<String> all, int from) {
    witnessing = true;
    List<String> part = all.subList(from, Math.min(all.size(), from + MOST_A_BEAT));
    long told = era;
    testify(to, report(from == 0, part, List.of()))
        .onComplete(
            answer -> {
              int next = from + part.size();
              boolean sameAsBefore = to.equals(chosen) && told == era;
              if (answer.succeeded() && sameAsBefore && next < all.size()) {
                tellWitness(to, all, next);
              } else {
                witnessing = false;
                witnessed = answer.succeeded() && sameAsBefore;
                if (witnessed) {
                  tell(MOST_A_BEAT);
                }
              }
            });
  }

  /** The next behind this one in the order of ids, for as long as it is there. */
  private void choose() {
    List<Member> others = peers.standing().others();
    if (chosen != null && others.stream().anyMatch(each -> each.id().equals(chosen))) {
      return;
    }
    List<String> ids = others.stream().map(Member::id).sorted().toList();
    String own = peers.standing().id();
    chosen = ids.isEmpty() ? null : ids.get(0);
    for (String id : ids) {
      if (id.compareTo(own) > 0) {
        chosen = id;
        break;
      }
    }
    witnessed = false;
  }

  @Override
  public JsonObject data() {
    return new JsonObject().put("era", era).put("witness", chosen == null ? "" : chosen);
  }

  @Override
  public void changed() {
    choose();
  }

  // --- for other nodes --------------------------------------------------------------------------

  @Override
  public void heard(Member other) {
    choose();
    if (!(other.data().getValue("era") instanceof Number theirs)) {
      return;
    }
    boolean isOurs = peers.standing().id().equals(other.data().getValue("witness"));
    if (witness.heard(other.id(), theirs.longValue(), isOurs)) {
      peers.ask(other.id(), new JsonObject().put("op", "lost").put("era", theirs));
    }
  }

  @Override
  public void gone(List<Member> others) {
    for (Member other : others) {
      if (other.state() == Member.State.LEAVING) {
        witness.left(other.id());
      } else {
        witness.gone(other.id());
      }
    }
    choose();
  }

  /** The answer to what another node tells. */
  JsonObject answer(JsonObject request) {
    if (request.getString("op").equals("witness")) {
      Witness.Report report =
          new Witness.Report(
              request.getString("member"),
              request.getString("node"),
              request.getLong("era"),
              request.getBoolean("anew"),
              texts(request.getJsonArray("came")),
              texts(request.getJsonArray("went")));
      if (!witness.told(report)) {
        throw new IllegalArgumentException("leaves that came before have to be told first");
      }
    } else if (request.getLong("era") == era) {
      // This one was gone for others, who have told of all its leaves.
      era++;
      witnessed = false;
      sessions.tellAnew();
    }
    return new JsonObject();
  }

  private static List<String> texts(JsonArray all) {
    return all.stream().map(String::valueOf).toList();
  }
}
