package io.drawbridge.deploy.cluster;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who else is in the cluster: tells the log who comes, who leaves and who is lost. All state is
 * used on one event loop, and is as large as the cluster.
 */
final class OtherNodes {
  private static final Logger LOG = LoggerFactory.getLogger(OtherNodes.class);

  /** A cluster-wide map: who leaves on purpose stands here for a while. */
  private static final String LEAVING = "drawbridge.leaving";

  private static final Duration REMEMBERED = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** A node that joins is known before the address of its event bus is, and its name with it. */
  private static final Duration ASK_AGAIN = Duration.ofMillis(500);

  private static final int ASKED_AT_MOST = 40;

  private final Vertx vertx;
  private final ClusterManager manager;
  private final Context context;

  /** The name of each by its id; the id's beginning where it told none. */
  private final Map<String, String> names = new HashMap<>();

  private final AtomicInteger lost = new AtomicInteger();

  OtherNodes(Vertx vertx, ClusterManager manager) {
    this.vertx = vertx;
    this.manager = manager;
    this.context = vertx.getOrCreateContext();
  }

  int lost() {
    return lost.get();
  }

  /** Begins to look, and completes with the names of who is there. */
  Future<Collection<String>> begin() {
    Promise<Collection<String>> begun = Promise.promise();
    manager.nodeListener(
        new NodeListener() {
          @Override
          public void nodeAdded(String id) {
            context.runOnContext(turn -> look());
          }

          @Override
          public void nodeLeft(String id) {
            context.runOnContext(turn -> look());
          }
        });
    context.runOnContext(
        turn -> {
          Set<String> there = present();
          there.forEach(id -> names.put(id, brief(id)));
          Future.join(there.stream().map(this::learnName).toList())
              .onComplete(learned -> begun.complete(List.copyOf(names.values())));
        });
    return begun.future();
  }

  private Set<String> present() {
    Set<String> ids = new HashSet<>(manager.getNodes());
    ids.remove(manager.getNodeId());
    return ids;
  }

  /** What the manager says of one node may come twice, or late: who is there now is what counts. */
  private void look() {
    if (!manager.isActive()) {
      return;
    }
    Set<String> present = present();
    for (String id : List.copyOf(names.keySet())) {
      if (!present.contains(id)) {
        gone(id, names.remove(id));
      }
    }
    for (String id : present) {
      if (names.putIfAbsent(id, brief(id)) == null) {
        lost.updateAndGet(before -> Math.max(0, before - 1));
        welcome(id, ASKED_AT_MOST);
      }
    }
  }

  /** Tells of it once it is named, or will not be. */
  private void welcome(String id, int times) {
    if (!names.containsKey(id)) {
      return;
    }
    learnName(id)
        .onComplete(
            known -> {
              if (known.succeeded() || times == 1) {
                came(id);
              } else {
                vertx.setTimer(ASK_AGAIN.toMillis(), later -> welcome(id, times - 1));
              }
            });
  }

  private void came(String id) {
    if (names.containsKey(id)) {
      LOG.info("{} has joined, {}", names.get(id), count());
    }
  }

  private void gone(String id, String name) {
    leaving()
        .compose(map -> map.get(id))
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            said -> {
              if (said.succeeded() && said.result() != null) {
                LOG.info("{} has left, {}", name, count());
              } else {
                lost.incrementAndGet();
                LOG.warn("{} is lost, {}", name, count());
              }
            });
  }

  private String count() {
    return names.isEmpty() ? "this node is alone in the cluster" : names.size() + 1 + " nodes now";
  }

  Future<Void> announceLeave() {
    return leaving()
        .compose(map -> map.put(manager.getNodeId(), true, REMEMBERED.toMillis()))
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .otherwiseEmpty();
  }

  private Future<AsyncMap<String, Boolean>> leaving() {
    return vertx.sharedData().getClusterWideMap(LEAVING);
  }

  /** Fails where the node has not told, or is gone. */
  private Future<Void> learnName(String id) {
    Promise<NodeInfo> asked = Promise.promise();
    // A manager may answer on any thread.
    manager.getNodeInfo(
        id, (info, cause) -> context.runOnContext(turn -> asked.complete(info, cause)));
    return asked
        .future()
        .onSuccess(info -> names.computeIfPresent(id, (same, brief) -> name(info, brief)))
        .mapEmpty();
  }

  private static String name(NodeInfo info, String otherwise) {
    return info.metadata() == null
        ? otherwise
        : info.metadata().getString(BusOptions.NAME, otherwise);
  }

  private static String brief(String id) {
    return "another node (" + id.substring(0, Math.min(8, id.length())) + ")";
  }
}
