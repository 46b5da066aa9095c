package io.drawbridge.deploy.cluster;

import com.hazelcast.core.HazelcastException;
import io.drawbridge.config.ClusterSettings;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which cluster manager it is. Where another one of Vert.x's is on the class path, that one is
 * used, by its own settings; otherwise Hazelcast, by ours.
 */
final class Managers {
  private static final Logger LOG = LoggerFactory.getLogger(Managers.class);

  private Managers() {}

  static ClusterManager manager(ClusterSettings settings, InetAddress address, String node) {
    return ServiceLoader.load(VertxServiceProvider.class).stream()
        .filter(provider -> ClusterManager.class.isAssignableFrom(provider.type()))
        .filter(provider -> provider.type() != HazelcastClusterManager.class)
        .findFirst()
        .map(provider -> other((ClusterManager) provider.get()))
        .orElseGet(() -> new HazelcastClusterManager(HazelcastConfig.of(settings, address, node)));
  }

  private static ClusterManager other(ClusterManager manager) {
    LOG.info("the cluster is managed by {}", manager.getClass().getName());
    return manager;
  }

  /** Whether a failure to join means that Hazelcast found each of its ports taken. */
  static boolean isWithoutPort(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof HazelcastException
          && String.valueOf(each.getMessage()).startsWith("Cannot bind to a given address")) {
        return true;
      }
    }
    return false;
  }
}
