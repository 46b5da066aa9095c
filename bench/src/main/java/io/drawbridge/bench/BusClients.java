package io.drawbridge.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients on one thread that get one and the same frame again and again; every byte is compared.
 */
final class BusClients implements AutoCloseable {
  private static final int MOST_AT_ONCE = 64 * 1024;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final long LONGEST_NAP_NANOS = 50_000;

  private final Selector selector = Selector.open();
  private final ByteBuffer input = ByteBuffer.allocateDirect(MOST_AT_ONCE);
  private final ByteBuffer frames;
  private final int frameLength;
  private final List<Client> clients = new ArrayList<>();

  /** Called for each message that has come. */
  private Arrival arrival = client -> {};

  private long received;

  /** What a client does next. */
  @FunctionalInterface
  interface Arrival {
    void came(Client client) throws IOException;
  }

  /**
   * @param frame what each of them gets
   */
  BusClients(ByteBuffer frame) throws IOException {
    frameLength = frame.remaining();
    frames = ByteBuffer.allocateDirect(MOST_AT_ONCE + 2 * frameLength);
    while (frames.remaining() >= frameLength) {
      frames.put(frame.duplicate());
    }
  }

  /** One more; nothing is on its way to it yet. */
  void add(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    clients.add(new Client(channel));
  }

  List<Client> all() {
    return clients;
  }

  /** So many messages have come, to all together. */
  long received() {
    return received;
  }

  void onArrival(Arrival action) {
    arrival = action;
  }

  /** Waits until so many have come to all together since the beginning. */
  void await(long total) throws IOException {
    while (received < total) {
      if (selector.select(this::read, PATIENCE_MILLIS) == 0) {
        throw new IOException("nothing came for long, of " + total + " only " + received);
      }
    }
  }

  /** Takes what is there, after a nap that lasts at most until this time of the monotonic clock. */
  void poll(long until) throws IOException {
    // A thread that spins is the first one that a busy machine puts off.
    LockSupport.parkNanos(Math.min(until - System.nanoTime(), LONGEST_NAP_NANOS));
    selector.selectNow(this::read);
  }

  private void read(SelectionKey key) {
    try {
      ((Client) key.attachment()).read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Client client : clients) {
      client.channel.close();
    }
    selector.close();
  }

  /** One of them. */
  final class Client {
    private final SocketChannel channel;

    /** When what it awaits an answer to was due, the oldest first. */
    final ArrayDeque<Long> asked = new ArrayDeque<>();

    private int offset;

    Client(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    /**
     * @throws IOException when the socket is full
     */
    void send(ByteBuffer frame) throws IOException {
      if (channel.write(frame.duplicate()) != frame.remaining()) {
        throw new IOException("the server does not read");
      }
    }

    private void read() throws IOException {
      int count = channel.read(input.clear());
      if (count < 0) {
        throw new EOFException("the server closed a connection");
      }
      if (!input.flip().equals(frames.limit(offset + count).position(offset))) {
        throw new IOException("a wrong message, in the " + count + " bytes after " + offset);
      }
      int whole = (offset + count) / frameLength;
      offset = (offset + count) % frameLength;
      received += whole;
      for (int i = 0; i < whole; i++) {
        arrival.came(this);
      }
    }
  }
}
