package io.drawbridge.deploy.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.DiscoveryStrategyConfig;
import com.hazelcast.config.properties.PropertyDefinition;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.discovery.AbstractDiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.DiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryStrategyFactory;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where other nodes are, of the addresses to look at: where somebody listens now. Hazelcast's own
 * list waits 5 s for each where nobody does, one after the other, so that two halves of a cluster
 * find each other minutes after the network has healed.
 */
final class ListeningMembers extends AbstractDiscoveryStrategy {
  /** Whoever takes longer to be connected to is found the next time. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private final List<String> members;

  /**
   * @param members each {@code host:port}; names are resolved whenever it looks
   */
  ListeningMembers(ILogger logger, List<String> members) {
    super(logger, Map.of());
    this.members = List.copyOf(members);
  }

  static DiscoveryStrategyConfig config(List<String> members) {
    return new DiscoveryStrategyConfig(
        new DiscoveryStrategyFactory() {
          @Override
          public Class<? extends DiscoveryStrategy> getDiscoveryStrategyType() {
            return ListeningMembers.class;
          }

          @Override
          @SuppressWarnings("rawtypes") // As Hazelcast declares it.
          public DiscoveryStrategy newDiscoveryStrategy(
              DiscoveryNode self, ILogger logger, Map<String, Comparable> properties) {
            return new ListeningMembers(logger, members);
          }

          @Override
          public Collection<PropertyDefinition> getConfigurationProperties() {
            return List.of();
          }
        });
  }

  @Override
  public Iterable<DiscoveryNode> discoverNodes() {
    try {
      return listening(addresses()).stream()
          .<DiscoveryNode>map(each -> new SimpleDiscoveryNode(new Address(each)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<InetSocketAddress> addresses() {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String member : members) {
      int colon = member.lastIndexOf(':');
      int port = Integer.parseInt(member.substring(colon + 1));
      try {
        for (InetAddress each : InetAddress.getAllByName(member.substring(0, colon))) {
          addresses.add(new InetSocketAddress(each, port));
        }
      } catch (UnknownHostException notNow) {
        // A node that is not there yet may have no name either.
        getLogger().fine(notNow);
      }
    }
    return addresses;
  }

  private static List<InetSocketAddress> listening(List<InetSocketAddress> addresses)
      throws IOException {
    List<InetSocketAddress> listening = new ArrayList<>();
    List<SocketChannel> asked = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      int open = 0;
      for (InetSocketAddress address : addresses) {
        SocketChannel channel = SocketChannel.open();
        asked.add(channel);
        channel.configureBlocking(false);
        if (isConnected(() -> channel.connect(address))) {
          listening.add(address);
        } else if (channel.isConnectionPending()) {
          channel.register(selector, SelectionKey.OP_CONNECT, address);
          open++;
        }
      }
      long until = System.nanoTime() + PATIENCE.toNanos();
      for (long left = PATIENCE.toMillis(); open > 0 && left > 0; left = millisTo(until)) {
        selector.select(left);
        for (SelectionKey ready : selector.selectedKeys()) {
          SocketChannel channel = (SocketChannel) ready.channel();
          if (isConnected(channel::finishConnect)) {
            listening.add((InetSocketAddress) ready.attachment());
          }
          ready.cancel();
          open--;
        }
        selector.selectedKeys().clear();
      }
    } finally {
      for (SocketChannel channel : asked) {
        channel.close();
      }
    }
    return listening;
  }

  private interface Step {
    boolean done() throws IOException;
  }

  private static boolean isConnected(Step step) {
    try {
      return step.done();
    } catch (IOException refused) {
      return false;
    }
  }

  private static long millisTo(long until) {
    return (until - System.nanoTime()) / 1_000_000;
  }
}
