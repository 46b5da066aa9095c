package io.drawbridge.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that are let in, do nothing, and note when the server closes them. On one thread. */
final class SessionCrowd implements AutoCloseable {
  private final Selector selector = Selector.open();
  private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
  private final List<SocketChannel> channels = new ArrayList<>();

  SessionCrowd() throws IOException {}

  /** Lets one more in. */
  void join(InetSocketAddress server, byte[] token) throws IOException {
    SocketChannel channel = ConnectTraffic.enter(server, token);
    channels.add(channel);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
  }

  int size() {
    return channels.size();
  }

  /**
   * Waits until all were told to go; when each was, in milliseconds of the system's clock, the
   * first one first.
   *
   * @throws IOException when that takes longer
   */
  List<Long> awaitEnd(Duration most) throws IOException {
    long end = System.nanoTime() + most.toNanos();
    List<Long> times = new ArrayList<>();
    while (times.size() < channels.size()) {
      if (selector.select(100) == 0 && System.nanoTime() - end > 0) {
        throw new IOException(times.size() + " of " + channels.size() + " were closed in time");
      }
      long now = System.currentTimeMillis();
      for (SelectionKey key : selector.selectedKeys()) {
        SocketChannel channel = (SocketChannel) key.channel();
        channel.read(input.clear());
        channel.close();
        times.add(now);
      }
      selector.selectedKeys().clear();
    }
    return times;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    selector.close();
  }
}
