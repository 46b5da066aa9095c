package io.drawbridge.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client that comes, shows its token, is told that it is good, and goes: one connection from
 * TCP's first packet to its last. The tokens are made beforehand.
 */
final class ConnectTraffic {
  /** The HS256 secret that all servers have. */
  static final String SECRET = "a secret of thirty-two bytes or more";

  private static final String ANSWER = "Authenticated!";

  /** 1000, masked with zeros. */
  private static final byte[] CLOSE = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xE8};

  private final byte[][] messages;

  /**
   * @param tokens how many there are; each client shows the next one
   */
  ConnectTraffic(int tokens) {
    messages = new byte[tokens][];
    for (int i = 0; i < tokens; i++) {
      messages[i] = token("user-" + i);
    }
  }

  /** A token that never ends, as far as anybody here will see. */
  static byte[] token(String user) {
    return token(user, 9_999_999_999L);
  }

  /**
   * @param end in seconds since 1970
   */
  static byte[] token(String user, long end) {
    String now = Long.toString(System.currentTimeMillis() / 1000);
    String content =
        encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
            + "."
            + encoded("{\"user_id\":\"" + user + "\",\"iat\":" + now + ",\"exp\":" + end + "}");
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
      byte[] signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      String token =
          content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
      return token.getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.US_ASCII));
  }

  /** One connection; with the token of this number, counted around. */
  void connect(InetSocketAddress server, long number) throws IOException {
    byte[] token = messages[(int) (number % messages.length)];
    try (SocketChannel channel = enter(server, token)) {
      channel.write(ByteBuffer.wrap(CLOSE));
      ByteBuffer rest = ByteBuffer.allocate(256);
      while (channel.read(rest) >= 0) {
        rest.clear();
      }
    }
  }

  /** Connects, and shows a token; it is still blocking. */
  static SocketChannel enter(InetSocketAddress server, byte[] token) throws IOException {
    SocketChannel channel = LoadGenerator.open(server);
    channel.write(frame(token));
    ByteBuffer answer = ByteBuffer.allocate(2 + ANSWER.length());
    read(channel, answer);
    String text = new String(answer.array(), 2, ANSWER.length(), StandardCharsets.US_ASCII);
    if (!text.equals(ANSWER)) {
      throw new IOException("not authenticated: " + text);
    }
    return channel;
  }

  /** A text message, masked with zeros: what masks cost is measured elsewhere. */
  static ByteBuffer frame(byte[] text) {
    ByteBuffer frame = ByteBuffer.allocate(8 + text.length).put((byte) 0x81);
    if (text.length < 126) {
      frame.put((byte) (0x80 | text.length));
    } else {
      frame.put((byte) 0xFE).putShort((short) text.length);
    }
    return frame.putInt(0).put(text).flip();
  }

  private static void read(SocketChannel channel, ByteBuffer whole) throws IOException {
    while (whole.hasRemaining()) {
      if (channel.read(whole) < 0) {
        throw new EOFException("closed before the answer");
      }
    }
  }
}
