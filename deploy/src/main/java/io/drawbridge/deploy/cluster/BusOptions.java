package io.drawbridge.deploy.cluster;

import io.drawbridge.config.ClusterSettings;
import io.drawbridge.config.TlsMaterial;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the event bus of this node is reached by the others. */
final class BusOptions {
  /** What the others find this node's name under. */
  static final String NAME = "drawbridge-node";

  /** Nodes are near each other: one that takes longer is as good as gone. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** Beside the heartbeat of the cluster: this finds a connection that is broken, not a node. */
  private static final Duration PING = Duration.ofSeconds(2);

  private static final Duration PING_REPLY = Duration.ofSeconds(5);

  private BusOptions() {}

  static EventBusOptions of(
      ClusterSettings settings, InetAddress address, @Nullable TlsMaterial tls, String node) {
    String host = address.getHostAddress();
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(host)
            .setClusterPublicHost(host)
            .setPort(settings.busPort())
            .setConnectTimeout((int) CONNECT.toMillis())
            .setClusterPingInterval(PING.toMillis())
            .setClusterPingReplyInterval(PING_REPLY.toMillis())
            .setClusterNodeMetadata(new JsonObject().put(NAME, node));
    return tls == null ? bus : secure(bus, tls);
  }

  /** Each node shows its certificate to the other; whose name stands in it is not looked at. */
  private static EventBusOptions secure(EventBusOptions bus, TlsMaterial tls) {
    String authorities = Objects.requireNonNull(tls.clientCa(), "the nodes' authority");
    return bus.setSsl(true)
        .setClientAuth(ClientAuth.REQUIRED)
        // Or whoever answers would be believed: that is Vert.x's default here.
        .setTrustAll(false)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(tls.cert()))
                .addKeyValue(Buffer.buffer(tls.key().bytes())))
        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities)));
  }
}
