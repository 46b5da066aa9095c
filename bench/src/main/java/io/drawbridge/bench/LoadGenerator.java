package io.drawbridge.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients of an echo server, on one thread: each sends a burst of messages with one write, waits
 * for all of their echoes, and sends the next. So all servers meet the same bursts: were each echo
 * answered by a new message at once, a burst that was split once would stay so, and cost the server
 * two writes ever after. Frames are made beforehand, and every byte that comes back is compared.
 */
final class LoadGenerator implements AutoCloseable {
  private static final String HANDSHAKE =
      """
      GET %s HTTP/1.1\r
      Host: %s\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r
      """;
  private static final int LONGEST_RESPONSE = 4096;

  private final EchoTraffic traffic;
  private final int inFlight;
  private final Selector selector = Selector.open();
  private final List<Client> clients = new ArrayList<>();
  private final ByteBuffer input = ByteBuffer.allocateDirect(EchoTraffic.MOST_AT_ONCE);
  private boolean sending;
  private long echoed;

  /** Messages sent whose echo is not whole yet. */
  private long underWay;

  /** Connects all clients; they are idle until {@link #run}. */
  LoadGenerator(InetSocketAddress server, EchoCase load) throws IOException {
    traffic = new EchoTraffic(load.payload());
    inFlight = load.inFlight();
    for (int i = 0; i < load.connections(); i++) {
      clients.add(new Client(open(server)));
    }
  }

  /** Has one small message echoed. */
  static void echoOnce(InetSocketAddress server) throws IOException {
    EchoTraffic traffic = new EchoTraffic(16);
    try (SocketChannel channel = open(server)) {
      channel.write(traffic.frames.duplicate().limit(traffic.frameLength));
      ByteBuffer echo = ByteBuffer.allocate(traffic.echoLength);
      while (echo.hasRemaining() && channel.read(echo) >= 0) {}
      if (!echo.flip().equals(traffic.echoes.duplicate().limit(traffic.echoLength))) {
        throw new IOException("a wrong first echo");
      }
    }
  }

  /** Connects and upgrades one client; it is still blocking. */
  static SocketChannel open(InetSocketAddress server) throws IOException {
    return open(server, "/");
  }

  /** The same at a path. */
  static SocketChannel open(InetSocketAddress server, String path) throws IOException {
    SocketChannel channel = SocketChannel.open(server);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    String host = server.getHostString() + ":" + server.getPort();
    byte[] request = HANDSHAKE.formatted(path, host).getBytes(StandardCharsets.US_ASCII);
    channel.write(ByteBuffer.wrap(request));
    ByteBuffer response = ByteBuffer.allocate(LONGEST_RESPONSE);
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      if (channel.read(response) < 0) {
        throw new EOFException("closed during the handshake: " + head);
      }
      head = new String(response.array(), 0, response.position(), StandardCharsets.US_ASCII);
    }
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new IOException("not upgraded: " + head);
    }
    return channel;
  }

  /** Keeps the server busy for so long, waits for the last echo, and tells how many there were. */
  long run(Duration time) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    echoed = 0;
    sending = true;
    for (Client client : clients) {
      client.send(inFlight);
    }
    while (underWay > 0) {
      if (selector.select(LoadGenerator::ready, 5_000) == 0) {
        throw new IOException("no echo for 5 s, " + underWay + " messages under way");
      }
      sending = sending && System.nanoTime() < end;
    }
    return echoed;
  }

  private static void ready(SelectionKey key) {
    try {
      ((Client) key.attachment()).ready(key);
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

  private final class Client {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer frames = traffic.frames.duplicate();
    private final ByteBuffer echoes = traffic.echoes.duplicate();

    /** Bytes that the socket has not taken yet. */
    private long unsent;

    /** Echoes of the last burst that have not come yet. */
    private int awaited;

    /** Where in a frame the next byte to send is. */
    private int frameOffset;

    /** Where in an echo the next byte to come is. */
    private int echoOffset;

    Client(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(int messages) throws IOException {
      underWay += messages;
      awaited = messages;
      unsent += (long) messages * traffic.frameLength;
      write();
    }

    void ready(SelectionKey ready) throws IOException {
      if (ready.isWritable()) {
        write();
      }
      if (ready.isReadable()) {
        read();
      }
    }

    private void write() throws IOException {
      int written = 1;
      while (unsent > 0 && written > 0) {
        int count = (int) Math.min(unsent, frames.capacity() - frameOffset);
        written = channel.write(frames.limit(frameOffset + count).position(frameOffset));
        unsent -= written;
        frameOffset = (frameOffset + written) % traffic.frameLength;
      }
      key.interestOps(
          unsent > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void read() throws IOException {
      int count = channel.read(input.clear());
      if (count < 0) {
        throw new EOFException("the server closed a connection");
      }
      echoes.limit(echoOffset + count).position(echoOffset);
      if (!input.flip().equals(echoes)) {
        throw new IOException("a wrong echo, in the " + count + " bytes after " + echoOffset);
      }
      int whole = (echoOffset + count) / traffic.echoLength;
      echoOffset = (echoOffset + count) % traffic.echoLength;
      underWay -= whole;
      awaited -= whole;
      echoed += whole;
      if (sending && awaited == 0) {
        send(inFlight);
      }
    }
  }
}
