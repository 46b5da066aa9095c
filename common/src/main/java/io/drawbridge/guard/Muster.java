package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of several of a kind on the event bus: announces itself to the others and hears of them, so
 * that its {@link Standing} is known. Without a cluster, nothing is announced. To be used on one
 * event loop.
 */
public final class Muster {

  /** What its owner is asked for and told. */
  public interface Listener {
    /** What to announce besides, such as the state of what all should have alike. */
    default JsonObject data() {
      return new JsonObject();
    }

    /** Another has announced itself. */
    default void heard(Member other) {}

    /** Others have fallen silent, or left in order. */
    default void gone(List<Member> others) {}

    /** It has become active, has to join anew, or knows of others than before. */
    default void changed() {}
  }

  private final Vertx vertx;
  private final String address;
  private final Standing standing;
  private final Time time;
  private final Listener listener;
  private final boolean withOthers;
  private final Promise<Void> joined = Promise.promise();
  private @Nullable MessageConsumer<Object> consumer;
  private long timer = -1;

  /**
   * @param address where all of the kind announce themselves
   * @param withOthers whether others may be on this event bus
   */
  public Muster(
      Vertx vertx,
      String address,
      Standing standing,
      Time time,
      Listener listener,
      boolean withOthers) {
    this.vertx = vertx;
    this.address = address;
    this.standing = standing;
    this.time = time;
    this.listener = listener;
    this.withOthers = withOthers;
  }

  /** Completes when it is active; fails where the event bus does not take its consumer. */
  public Future<Void> join() {
    begin();
    if (!withOthers) {
      return Future.succeededFuture();
    }
    MessageConsumer<Object> made = vertx.eventBus().consumer(address, this::onAnnouncement);
    consumer = made;
    return made.completion()
        .compose(
            heard -> {
              // What was said before could not be heard.
              begin();
              timer = vertx.setPeriodic(0, Roster.ANNOUNCED_EVERY.toMillis(), tick -> tick());
              return joined.future();
            });
  }

  private void begin() {
    standing.begin(time.now().toEpochMilli(), time.nanos(), !withOthers);
  }

  /** From now on, nothing is its own, and others are told so; completes when it hears no more. */
  public Future<Void> leave() {
    MessageConsumer<Object> known = consumer;
    if (known == null) {
      return Future.succeededFuture();
    }
    standing.leave();
    vertx.cancelTimer(timer);
    announce();
    return known.unregister();
  }

  private void tick() {
    Member.State was = standing.state();
    List<Member> gone = standing.tick(time.now().toEpochMilli(), time.nanos());
    announce();
    if (!gone.isEmpty()) {
      listener.gone(gone);
    }
    if (!gone.isEmpty() || was != standing.state()) {
      changed();
    }
  }

  private void announce() {
    vertx.eventBus().publish(address, standing.self(listener.data()).toJson());
  }

  private void changed() {
    listener.changed();
    if (standing.isActive()) {
      joined.tryComplete();
    }
  }

  private void onAnnouncement(Message<Object> message) {
    Member other;
    try {
      other = Member.fromJson((JsonObject) message.body());
    } catch (IllegalArgumentException | ClassCastException e) {
      // Anybody may publish anything.
      return;
    }
    if (other.id().equals(standing.id())) {
      return;
    }
    boolean answer = standing.heard(other, time.nanos());
    if (answer) {
      announce();
    }
    if (other.state() == Member.State.LEAVING) {
      listener.gone(List.of(other));
    } else {
      listener.heard(other);
    }
    if (answer || other.state() == Member.State.LEAVING) {
      changed();
    }
  }
}
