package io.drawbridge.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The client's side of RFC 7692 for tests, by the JDK and the steps of its §7.2. One of them keeps
 * its contexts over messages; the static methods have none.
 */
public final class Deflated {
  private static final int TAIL = 4;

  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
  private final Inflater inflater = new Inflater(true);

  /** The payload of a compressed message, on its own. */
  public static byte[] of(byte[] message) {
    return new Deflated().next(message);
  }

  public static byte[] of(String message) {
    return of(message.getBytes(StandardCharsets.UTF_8));
  }

  /** A whole compressed text message in one frame. */
  public static byte[] text(String message) {
    return ClientFrames.frame(true, 4, Opcode.TEXT, of(message));
  }

  /** A whole compressed binary message in one frame. */
  public static byte[] binary(byte... message) {
    return ClientFrames.frame(true, 4, Opcode.BINARY, of(message));
  }

  /** What the payload of a compressed message inflates to, on its own. */
  public static byte[] inflated(byte[] payload) {
    return new Deflated().read(payload);
  }

  /** The payload of the next compressed message, which may refer to those before. */
  public byte[] next(byte[] message) {
    deflater.setInput(message);
    byte[] all = drain(message.length * 2 + 64, Deflater.SYNC_FLUSH);
    return Arrays.copyOf(all, all.length - TAIL);
  }

  private byte[] drain(int room, int flush) {
    byte[] out = new byte[room];
    return Arrays.copyOf(out, deflater.deflate(out, 0, room, flush));
  }

  /** What the payload of the next compressed message inflates to. */
  public byte[] read(byte[] payload) {
    inflater.setInput(ClientFrames.join(payload, new byte[] {0, 0, -1, -1}));
    var out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int count; (count = inflater.inflate(buffer)) > 0; ) {
        out.write(buffer, 0, count);
      }
    } catch (DataFormatException e) {
      throw new AssertionError("not DEFLATE", e);
    }
    return out.toByteArray();
  }
}
