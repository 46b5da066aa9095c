package io.drawbridge.guard;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bans in a map of the whole cluster, so that they outlive the guard and its folder: the other
 * processes hold it, too. What changes is put there as it is by then, one batch at a time, and
 * again until it is there. To be used on one event loop.
 */
final class BanMap {
  private static final Logger LOG = LoggerFactory.getLogger(BanMap.class);
  private static final String NAME = "drawbridge.bans";

  /** How long the cluster may take. */
  private static final Duration WITHIN = Duration.ofSeconds(1);

  private static final int BATCH = 100;

  private final Vertx vertx;
  private final Time time;
  private final Function<BanSubject, @Nullable BanEntry> book;

  /** Those that are not in the map as they are in the book; never more than the book holds. */
  private final Set<BanSubject> changed = new LinkedHashSet<>();

  /** Completed when all that has changed so far is in the map; set while somebody waits. */
  private @Nullable Promise<Void> done;

  private boolean putting;
  private boolean fails;

  /**
   * @param book what it holds of a subject now
   */
  BanMap(Vertx vertx, Time time, Function<BanSubject, @Nullable BanEntry> book) {
    this.vertx = vertx;
    this.time = time;
    this.book = book;
  }

  /** All that is in it; fails where the cluster does not tell within a second. */
  Future<List<BanEntry>> load() {
    return map()
        .compose(AsyncMap::entries)
        .timeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .map(BanMap::entries);
  }

  private Future<AsyncMap<String, String>> map() {
    return vertx.sharedData().getAsyncMap(NAME);
  }

  private static List<BanEntry> entries(Map<String, String> map) {
    List<BanEntry> entries = new ArrayList<>(map.size());
    for (String each : map.values()) {
      try {
        entries.add(BanEntry.fromJson(new JsonObject(each)));
      } catch (RuntimeException e) {
        LOG.warn("what stands in the map {} is no ban: {}", NAME, e.getMessage());
      }
    }
    return entries;
  }

  /**
   * Puts what the book holds of these; completes when it is there, or after a second, with a line
   * in the process log, and then it is tried again. Never fails.
   */
  Future<Void> keep(Collection<BanSubject> subjects) {
    changed.addAll(subjects);
    if (changed.isEmpty() && !putting) {
      return Future.succeededFuture();
    }
    Promise<Void> waiting = done == null ? Promise.promise() : done;
    done = waiting;
    put();
    return waiting
        .future()
        .timeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(cause -> LOG.warn("a change of the bans is not in the cluster's map yet"))
        .otherwiseEmpty();
  }

  private void put() {
    if (putting) {
      return;
    }
    if (changed.isEmpty()) {
      if (done != null) {
        done.complete();
        done = null;
      }
      return;
    }
    putting = true;
    List<BanSubject> batch = new ArrayList<>(BATCH);
    Iterator<BanSubject> next = changed.iterator();
    while (next.hasNext() && batch.size() < BATCH) {
      batch.add(next.next());
      next.remove();
    }
    map()
        .compose(map -> Future.join(batch.stream().map(each -> put(map, each)).toList()))
        .timeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .onSuccess(put -> fails = false)
        .onFailure(cause -> failed(batch, cause))
        .onComplete(
            put -> {
              putting = false;
              if (!fails) {
                put();
              }
            });
  }

  private Future<?> put(AsyncMap<String, String> map, BanSubject subject) {
    BanEntry entry = book.apply(subject);
    long left = entry == null ? 0 : entry.until() - time.now().toEpochMilli();
    return entry == null || left <= 0
        ? map.remove(subject.text())
        : map.put(subject.text(), entry.toJson().encode(), left);
  }

  private void failed(List<BanSubject> batch, Throwable cause) {
    if (!fails) {
      fails = true;
      LOG.error("bans can't be put in the cluster's map, trying again: {}", cause.getMessage());
    }
    changed.addAll(batch);
    vertx.setTimer(WITHIN.toMillis(), timer -> put());
  }
}
