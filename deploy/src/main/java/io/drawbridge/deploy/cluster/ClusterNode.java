package io.drawbridge.deploy.cluster;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import io.drawbridge.config.ClusterSettings;
import io.drawbridge.config.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's place in the cluster. Where another cluster manager of Vert.x is on the class
 * path, that one is used, by its own settings; otherwise Hazelcast, by ours.
 */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final Pattern PORT = Pattern.compile("Port \\[(\\d+)]");

  private final ClusterManager manager;
  private final AtomicInteger lost = new AtomicInteger();

  private ClusterNode(ClusterManager manager) {
    this.manager = manager;
  }

  /** A node that has joined, and its event bus. */
  public record Joined(Vertx vertx, ClusterNode node) {}

  /**
   * Joins; takes seconds.
   *
   * @param tls of the event bus between the nodes; null for none
   * @return fails with an {@link IOException} whose message is for the operator
   */
  public static Future<Joined> join(
      VertxOptions options, ClusterSettings settings, @Nullable TlsMaterial tls, String node) {
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(settings.host())
            .setClusterPublicHost(settings.host())
            .setPort(settings.busPort());
    if (tls != null) {
      secure(bus, tls);
    }
    ClusterNode made = new ClusterNode(manager(settings, node));
    return Vertx.builder()
        .with(options.setEventBusOptions(bus))
        .withClusterManager(made.manager)
        .buildClustered()
        .recover(cause -> Future.failedFuture(new IOException(words(settings, cause), cause)))
        .map(
            vertx -> {
              made.watch();
              LOG.info(
                  "{} is in the cluster, at {}, with {} others",
                  node,
                  settings.host(),
                  made.size() - 1);
              return new Joined(vertx, made);
            });
  }

  private static ClusterManager manager(ClusterSettings settings, String node) {
    for (VertxServiceProvider each : ServiceLoader.load(VertxServiceProvider.class)) {
      if (each instanceof ClusterManager other && !(each instanceof HazelcastClusterManager)) {
        LOG.info("the cluster is managed by {}", other.getClass().getName());
        return other;
      }
    }
    return new HazelcastClusterManager(HazelcastConfig.of(settings, node));
  }

  /** Each node shows its certificate to the other; whose name stands in it is not looked at. */
  private static void secure(EventBusOptions bus, TlsMaterial tls) {
    bus.setSsl(true)
        .setClientAuth(ClientAuth.REQUIRED)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(tls.cert()))
                .addKeyValue(Buffer.buffer(tls.key().bytes())))
        .setTrustOptions(
            new PemTrustOptions()
                .addCertValue(Buffer.buffer(Objects.requireNonNull(tls.clientCa()))));
  }

  private static String words(ClusterSettings settings, Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      Matcher port = PORT.matcher(message);
      if (port.find()) {
        return "can't join the cluster: cluster.port "
            + settings.port()
            + " and the next "
            + (HazelcastConfig.PORTS - 1)
            + " are taken";
      }
      if (message.contains("matching addresses") || message.contains("Cannot assign")) {
        return "can't join the cluster: cluster.host "
            + settings.host()
            + " is no address of this machine";
      }
    }
    return "can't join the cluster: " + cause.getMessage();
  }

  // --- who else is there ------------------------------------------------------------------------

  private void watch() {
    if (manager instanceof HazelcastClusterManager hazelcast) {
      HazelcastInstance instance = hazelcast.getHazelcastInstance();
      instance.getCluster().addMembershipListener(new Listener());
    }
  }

  private final class Listener extends MembershipAdapter {
    @Override
    public void memberAdded(MembershipEvent event) {
      lost.updateAndGet(before -> Math.max(0, before - 1));
      LOG.info("a node has joined, there are {} now", event.getMembers().size());
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      lost.incrementAndGet();
      int left = event.getMembers().size();
      LOG.warn(
          "a node is gone, {}", left == 1 ? "this one is alone in the cluster" : "left: " + left);
    }
  }

  /** How many nodes there are, this one among them; 0 when it is in no cluster any more. */
  public int size() {
    return isActive() ? manager.getNodes().size() : 0;
  }

  /** How many have gone, in whatever way, and not come back in their place. */
  public int lost() {
    return lost.get();
  }

  public boolean isActive() {
    return manager instanceof HazelcastClusterManager hazelcast ? hazelcast.isActive() : true;
  }
}
