package io.drawbridge.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A server's frame as a strict client reads it; for tests. Equal when opcode and payload are.
 *
 * @param payload not copied: a test's own
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, below
public record ServerFrame(int opcode, byte[] payload) {

  /**
   * Reads whole frames up to the end of the bytes.
   *
   * @throws IllegalArgumentException for a frame that a strict client refuses: fragmented, with a
   *     reserved bit, masked, cut short, or with a length that is not in its shortest form
   */
  public static List<ServerFrame> readAll(byte[] bytes) {
    List<ServerFrame> frames = new ArrayList<>();
    for (ByteBuffer in = ByteBuffer.wrap(bytes); in.hasRemaining(); ) {
      frames.add(read(in));
    }
    return frames;
  }

  private static ServerFrame read(ByteBuffer in) {
    int first = in.get() & 0xFF;
    require((first & 0xF0) == 0x80, "final and without reserved bits");
    int second = in.get() & 0xFF;
    require(second < 0x80, "unmasked");
    long length = second;
    if (second == 126) {
      length = in.getShort() & 0xFFFF;
      require(length > 125, "as short as its length allows");
    } else if (second == 127) {
      length = in.getLong();
      require(length > 0xFFFF, "as short as its length allows");
    }
    require(length <= in.remaining(), "whole");
    byte[] payload = new byte[(int) length];
    in.get(payload);
    return new ServerFrame(first & 0x0F, payload);
  }

  private static void require(boolean kept, String rule) {
    if (!kept) {
      throw new IllegalArgumentException("a server's frame must be " + rule);
    }
  }

  /** The payload of a text, or of a Ping or Pong that carries text. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** The code of a Close frame, {@link CloseCode#NO_STATUS} where it has none. */
  public int closeCode() {
    return payload.length < 2 ? CloseCode.NO_STATUS : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
  }

  /** The reason of a Close frame. */
  public String closeReason() {
    return payload.length < 2
        ? ""
        : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ServerFrame frame
        && opcode == frame.opcode
        && Arrays.equals(payload, frame.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(opcode, Arrays.hashCode(payload));
  }

  @Override
  public String toString() {
    return "opcode " + opcode + ": " + HexFormat.of().formatHex(payload);
  }
}
