package io.drawbridge.auth.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the sessions of a cluster are that clients may come back to: a map that all processes see,
 * by the tickets' ids. No token, no ticket and no message stands in it. Nothing here fails, and all
 * is done within seconds or not at all.
 */
final class Whereabouts {
  private static final Logger LOG = LoggerFactory.getLogger(Whereabouts.class);
  private static final String MAP = "drawbridge.resumable";

  /** That an entry lasts. */
  static final Duration SHORTEST = Duration.ofMinutes(10);

  /** Where the process has just died that had it, the map takes a second to give out a copy. */
  private static final long TAKEN_WITHIN_MILLIS = 3_000;

  /** A client waits for it. */
  private static final long WRITTEN_WITHIN_MILLIS = 500;

  private final Future<AsyncMap<String, String>> map;

  /** Whether the last try failed, so that the next failure need not be told. */
  private final AtomicBoolean silent = new AtomicBoolean();

  /**
   * Where one session is.
   *
   * @param session its id
   * @param address by which the process is reached that has it
   * @param registrations what it listens to, but for its user's own address
   */
  record Place(String session, String user, String address, List<String> registrations) {
    Place {
      registrations = List.copyOf(registrations);
    }

    String encode() {
      return new JsonObject()
          .put("session", session)
          .put("user", user)
          .put("address", address)
          .put("registrations", new JsonArray(registrations))
          .encode();
    }

    /** Empty for what nobody here has written. */
    static Optional<Place> of(String text) {
      try {
        JsonObject json = new JsonObject(text);
        return Optional.of(
            new Place(
                json.getString("session"),
                json.getString("user"),
                json.getString("address"),
                texts(json, "registrations")));
      } catch (DecodeException | ClassCastException | NullPointerException e) {
        return Optional.empty();
      }
    }

    static List<String> texts(JsonObject json, String name) {
      return json.getJsonArray(name).stream().map(String.class::cast).toList();
    }
  }

  Whereabouts(Vertx vertx) {
    this.map = vertx.sharedData().getAsyncMap(MAP);
  }

  /**
   * An entry lasts for ten minutes, or twice as long as a client may be away; until then, it has to
   * be written again.
   *
   * @return completes when the others know, or after half a second
   */
  Future<Void> write(String ticketId, Place place, Duration resumeFor) {
    Duration twice = resumeFor.multipliedBy(2);
    return put(ticketId, place, twice.compareTo(SHORTEST) < 0 ? SHORTEST : twice);
  }

  /** The same of a process that ends: its client may still come, but not for long. */
  Future<Void> leave(String ticketId, Place place, Duration resumeFor) {
    return put(ticketId, place, resumeFor);
  }

  private Future<Void> put(String ticketId, Place place, Duration ttl) {
    return within(
            WRITTEN_WITHIN_MILLIS,
            map.compose(found -> found.put(ticketId, place.encode(), ttl.toMillis())))
        .otherwiseEmpty();
  }

  /** The ticket is used: who gets the place is the only one. */
  Future<Optional<Place>> take(String ticketId) {
    return within(TAKEN_WITHIN_MILLIS, map.compose(found -> found.remove(ticketId)))
        .map(text -> text == null ? Optional.<Place>empty() : Place.of(text))
        .otherwise(Optional.empty());
  }

  /** Nobody comes back with it any more. */
  void forget(String ticketId) {
    take(ticketId);
  }

  private <T> Future<T> within(long millis, Future<T> asked) {
    return asked
        .timeout(millis, TimeUnit.MILLISECONDS)
        .onSuccess(done -> silent.set(false))
        .onFailure(
            cause -> {
              if (silent.compareAndSet(false, true)) {
                LOG.warn("the cluster does not take where sessions are: {}", cause.getMessage());
              }
            });
  }
}
