package io.drawbridge.deploy.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.DiscoveryStrategyConfig;
import com.hazelcast.config.properties.PropertyDefinition;
import com.hazelcast.internal.nio.Protocols;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.discovery.AbstractDiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.DiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryStrategyFactory;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import io.drawbridge.guard.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where other nodes are, of the addresses to look at: where one answers now. Hazelcast's own list
 * waits 5 s for each where nobody does, one after the other, so that two halves of a cluster find
 * each other minutes after the network has healed.
 */
final class ListeningMembers extends AbstractDiscoveryStrategy {
  /** Whoever takes longer to be connected to is found the next time. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Time TIME = Time.system();
  private static final byte[] GREETING = Protocols.CLUSTER.getBytes(StandardCharsets.US_ASCII);

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

  /**
   * Those that answer the first word of Hazelcast's protocol with the same. To be connected to is
   * not enough: a process that is frozen is by its kernel.
   */
  private static List<InetSocketAddress> listening(List<InetSocketAddress> addresses)
      throws IOException {
    List<InetSocketAddress> listening = new ArrayList<>();
    List<SocketChannel> open = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (InetSocketAddress address : addresses) {
        SocketChannel channel = SocketChannel.open();
        open.add(channel);
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, address);
        tried(key, () -> greetOnce(key, channel.connect(address)));
      }
      long until = TIME.nanos() + PATIENCE.toNanos();
      for (long left = PATIENCE.toMillis(); left > 0; left = millisTo(until)) {
        if (open.stream().noneMatch(SocketChannel::isOpen)) {
          break;
        }
        selector.select(
            key -> {
              if (key.isReadable()) {
                tried(
                    key,
                    () -> {
                      if (answered(key)) {
                        listening.add((InetSocketAddress) key.attachment());
                      }
                      key.channel().close();
                    });
              } else {
                tried(key, () -> greetOnce(key, ((SocketChannel) key.channel()).finishConnect()));
              }
            },
            left);
      }
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
    return listening;
  }

  private static void greetOnce(SelectionKey key, boolean connected) throws IOException {
    if (connected) {
      ((SocketChannel) key.channel()).write(ByteBuffer.wrap(GREETING));
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private static boolean answered(SelectionKey key) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(GREETING.length);
    ((SocketChannel) key.channel()).read(answer);
    return Arrays.equals(answer.array(), GREETING);
  }

  private interface Step {
    void take() throws IOException;
  }

  /** One that refuses, or breaks off, is not asked any more. */
  private static void tried(SelectionKey key, Step step) {
    try {
      step.take();
    } catch (IOException refused) {
      try {
        key.channel().close();
      } catch (IOException gone) {
        // As wanted.
      }
    }
  }

  private static long millisTo(long until) {
    return (until - TIME.nanos()) / 1_000_000;
  }
}
