package io.drawbridge.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of a case, made once: masked frames to send, and the echo that is expected. */
final class EchoTraffic {
  /** What every server puts before its echo. */
  static final String PREFIX = "Server received: ";

  /** As much as one read or write of the load generator moves at most. */
  static final int MOST_AT_ONCE = 256 * 1024;

  private static final int TEXT = 0x81;
  private static final int MASKED = 0x80;
  private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};

  /** Frames one after the other; any number of bytes from any place on can be sent. */
  final ByteBuffer frames;

  final int frameLength;

  /** Echoes one after the other, for comparing whatever one read brings. */
  final ByteBuffer echoes;

  final int echoLength;

  EchoTraffic(int payload) {
    byte[] text = new byte[payload];
    for (int i = 0; i < payload; i++) {
      text[i] = (byte) ('a' + i % 26);
    }
    byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
    byte[] answer = Arrays.copyOf(prefix, prefix.length + payload);
    System.arraycopy(text, 0, answer, prefix.length, payload);
    ByteBuffer frame = masked(text);
    ByteBuffer echo = header(answer.length, 0, 0).put(answer).flip();
    frameLength = frame.limit();
    echoLength = echo.limit();
    frames = repeated(frame);
    echoes = repeated(echo);
  }

  private static ByteBuffer masked(byte[] text) {
    ByteBuffer frame = header(text.length, MASKED, KEY.length).put(KEY);
    for (int i = 0; i < text.length; i++) {
      frame.put((byte) (text[i] ^ KEY[i & 3]));
    }
    return frame.flip();
  }

  /** A buffer with room for a whole frame, and its header in it. */
  private static ByteBuffer header(int length, int mask, int more) {
    int lengthBytes = length < 126 ? 0 : length < 0x1_0000 ? 2 : 8;
    ByteBuffer frame = ByteBuffer.allocate(2 + lengthBytes + more + length).put((byte) TEXT);
    switch (lengthBytes) {
      case 0 -> frame.put((byte) (mask | length));
      case 2 -> frame.put((byte) (mask | 126)).putShort((short) length);
      default -> frame.put((byte) (mask | 127)).putLong(length);
    }
    return frame;
  }

  private static ByteBuffer repeated(ByteBuffer frame) {
    int times = MOST_AT_ONCE / frame.limit() + 2;
    ByteBuffer buffer = ByteBuffer.allocateDirect(times * frame.limit());
    for (int i = 0; i < times; i++) {
      buffer.put(frame.rewind());
    }
    return buffer.flip();
  }
}
