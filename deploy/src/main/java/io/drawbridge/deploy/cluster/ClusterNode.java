package io.drawbridge.deploy.cluster;

import io.drawbridge.config.ClusterSettings;
import io.drawbridge.config.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process's place in the cluster. */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private final Vertx vertx;
  private final ClusterManager manager;
  private final OtherNodes others;

  private ClusterNode(Vertx vertx, ClusterManager manager) {
    this.vertx = vertx;
    this.manager = manager;
    this.others = new OtherNodes(vertx, manager);
  }

  /** A node that has joined, and its event bus. */
  public record Joined(Vertx vertx, ClusterNode node) {}

  /**
   * Joins; takes seconds, and may ask the name service first.
   *
   * @param tls of the event bus between the nodes; null for none
   * @param name of this node, for the logs of the others
   * @return fails with an {@link IOException} whose message is for the operator
   */
  public static Future<Joined> join(
      VertxOptions options, ClusterSettings settings, @Nullable TlsMaterial tls, String name) {
    InetAddress address;
    try {
      address = HostAddress.of(settings.host());
    } catch (IOException e) {
      return Future.failedFuture(new IOException(cantJoin(String.valueOf(e.getMessage())), e));
    }
    ClusterManager manager = Managers.manager(settings, address, name);
    return Vertx.builder()
        .with(options.setEventBusOptions(BusOptions.of(settings, address, tls, name)))
        .withClusterManager(manager)
        .buildClustered()
        .recover(cause -> Future.failedFuture(new IOException(words(settings, cause), cause)))
        .map(vertx -> new ClusterNode(vertx, manager))
        .compose(node -> node.tell(settings, name).map(new Joined(node.vertx, node)));
  }

  private Future<Void> tell(ClusterSettings settings, String name) {
    return others
        .begin()
        .onSuccess(
            names ->
                LOG.info(
                    "{} is in the cluster, at {}, {}",
                    name,
                    settings.host(),
                    names.isEmpty() ? "alone so far" : "with " + names))
        .mapEmpty();
  }

  /** The native transport has an exception of its own, with the system's words. */
  private static boolean isInUse(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("Address already in use");
  }

  private static String words(ClusterSettings settings, Throwable cause) {
    if (Managers.isWithoutPort(cause)) {
      return cantJoin(
          "cluster.port %d and the next %d are taken"
              .formatted(settings.port(), HazelcastConfig.PORTS - 1));
    }
    boolean bus =
        Stream.iterate(cause, c -> c != null, Throwable::getCause)
            .anyMatch(c -> c instanceof BindException || isInUse(c));
    return cantJoin(
        bus
            ? "cluster.busPort " + settings.busPort() + " is taken"
            : String.valueOf(cause.getMessage()).replaceAll("\\s+", " "));
  }

  private static String cantJoin(String why) {
    return "can't join the cluster: " + why;
  }

  /** How many nodes there are, this one among them; 0 when it is in no cluster any more. */
  public int size() {
    return isActive() ? manager.getNodes().size() : 0;
  }

  /** How many were lost, not having said that they leave, and not replaced since. */
  public int lost() {
    return others.lost();
  }

  public boolean isActive() {
    return manager.isActive();
  }

  /**
   * Tells the others that this node leaves on purpose, so that they don't think it lost. Never
   * fails, and takes a second at most; to close Vert.x is what makes it leave.
   */
  public Future<Void> announceLeave() {
    return others.announceLeave();
  }
}
