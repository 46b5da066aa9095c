package io.drawbridge.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The frames that clients of an event bus bridge send, and the first ones that they get. */
final class BusTraffic {
  /** Where is published to. */
  static final String ADDRESS = "bench.news";

  /** The one of the service. */
  static final String SERVICE = "echo";

  private static final ByteBuffer REGISTER =
      frame("{\"type\":\"register\",\"address\":\"" + ADDRESS + "\"}");
  private static final int LONGEST_FRAME = 4096;

  private static final byte[] TOKEN = ConnectTraffic.token("bench");

  private BusTraffic() {}

  /**
   * Connects, shows a token where one is wanted, and leaves the channel blocking.
   *
   * @param server any name but those of the peers is a build of Drawbridge
   */
  static SocketChannel enter(String server, InetSocketAddress address) throws IOException {
    return switch (server) {
      case "sockjs" -> LoadGenerator.open(address, "/eventbus/websocket");
      case "ws" -> LoadGenerator.open(address);
      default -> ConnectTraffic.enter(address, TOKEN);
    };
  }

  /** Enters and registers; it is registered when the answer to what was sent behind it is there. */
  static SocketChannel subscribe(String server, InetSocketAddress address) throws IOException {
    SocketChannel channel = enter(server, address);
    channel.write(REGISTER.duplicate());
    ask(channel, request(16));
    return channel;
  }

  /** A message to all that are registered. */
  static ByteBuffer publish(int bytes) {
    String body = "x".repeat(bytes);
    return frame(
        "{\"type\":\"publish\",\"address\":\"" + ADDRESS + "\",\"body\":\"" + body + "\"}");
  }

  /** A request to the service. */
  static ByteBuffer request(int bytes) {
    return frame(
        "{\"type\":\"send\",\"address\":\""
            + SERVICE
            + "\",\"replyAddress\":\"r\",\"body\":\""
            + "x".repeat(bytes)
            + "\"}");
  }

  /** Sends a frame, and waits for the one that comes back. */
  static ByteBuffer ask(SocketChannel channel, ByteBuffer question) throws IOException {
    channel.write(question.duplicate());
    return answer(channel);
  }

  /**
   * Waits for a frame.
   *
   * @return the whole of it
   * @throws IOException when it is no {@code rec}
   */
  static ByteBuffer answer(SocketChannel channel) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(LONGEST_FRAME);
    while (answer.position() < 4 || answer.position() < length(answer)) {
      if (channel.read(answer) < 0) {
        throw new EOFException("closed instead of an answer");
      }
    }
    String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
    if (answer.flip().limit() != length(answer) || !text.contains("\"rec\"")) {
      throw new IOException("a wrong answer: " + text);
    }
    return answer;
  }

  /** Of the frame that begins here, with its header (RFC 6455 §5.2). */
  private static int length(ByteBuffer frame) {
    int length = frame.get(1);
    return length < 126 ? 2 + length : 4 + Short.toUnsignedInt(frame.getShort(2));
  }

  private static ByteBuffer frame(String text) {
    return ConnectTraffic.frame(text.getBytes(StandardCharsets.US_ASCII));
  }
}
