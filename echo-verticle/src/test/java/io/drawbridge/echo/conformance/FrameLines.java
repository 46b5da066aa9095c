package io.drawbridge.echo.conformance;

import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Makes bytes of the {@code >} lines of one script. */
final class FrameLines {
  private static final int RSV1 = 4;

  /** What the frame that a {@code rest} line goes on with has sent of its payload. */
  private int position;

  private final Compression compression;

  /**
   * @param compression what {@code deflated} payloads go through
   */
  FrameLines(Compression compression) {
    this.compression = compression;
  }

  /** The bytes of {@code text fin=0 "a"}, {@code raw x'81'} and so on. */
  byte[] bytes(String line) {
    Notation words = new Notation(line);
    String kind = words.word();
    return switch (kind) {
      case "raw" -> words.payload();
      case "rest" -> rest(words.payload());
      case "close" -> frame(Opcode.CLOSE, words);
      case "text" -> message(Opcode.TEXT, words);
      case "binary" -> message(Opcode.BINARY, words);
      case "cont" -> frame(Opcode.CONTINUATION, words);
      case "ping" -> frame(Opcode.PING, words);
      case "pong" -> frame(Opcode.PONG, words);
      case "opcode" -> frame(Integer.parseInt(words.word()), words);
      default -> throw new IllegalArgumentException("no such frame: " + line);
    };
  }

  /** More of a payload that was declared longer than it was. */
  private byte[] rest(byte[] payload) {
    byte[] aligned = ClientFrames.join(new byte[position % Integer.BYTES], payload);
    byte[] frame = ClientFrames.binary(aligned);
    position += payload.length;
    return Arrays.copyOfRange(frame, frame.length - payload.length, frame.length);
  }

  /** A frame, or with {@code fragments=n} as many as it takes. */
  private byte[] message(int opcode, Notation words) {
    String fragments = words.option("fragments");
    boolean deflated = words.flag("deflated");
    if (fragments.isEmpty() && !deflated) {
      return frame(opcode, words);
    }
    byte[] payload = deflated ? compression.deflated(words.payload()) : words.payload();
    int size = fragments.isEmpty() ? payload.length : (int) Notation.size(fragments);
    var all = new ByteArrayOutputStream();
    for (int from = 0; from < payload.length; from += size) {
      int to = Math.min(payload.length, from + size);
      all.writeBytes(
          ClientFrames.frame(
              to == payload.length,
              deflated && from == 0 ? RSV1 : 0,
              from == 0 ? opcode : Opcode.CONTINUATION,
              Arrays.copyOfRange(payload, from, to)));
    }
    return all.toByteArray();
  }

  private byte[] frame(int opcode, Notation words) {
    String fin = words.option("fin");
    String rsv = words.option("rsv");
    String mask = words.option("mask");
    String key = words.option("key");
    String declares = words.option("declares");
    String length = words.option("length");
    byte[] payload = opcode == Opcode.CLOSE ? closePayload(words) : words.payload();
    ClientFrames frame = ClientFrames.of(opcode, payload);
    if (fin.equals("0")) {
      frame.notFinal();
    }
    if (!rsv.isEmpty()) {
      frame.reserved(Integer.parseInt(rsv));
    }
    if (mask.equals("0")) {
      frame.unmasked();
    }
    if (!key.isEmpty()) {
      frame.key((int) Long.parseLong(key, 16));
    }
    if (!declares.isEmpty()) {
      frame.declaring(Notation.size(declares));
    }
    if (!length.isEmpty()) {
      frame.lengthIn(Integer.parseInt(length) / Byte.SIZE);
    }
    position = payload.length;
    return frame.bytes();
  }

  /** {@code 1000 "reason"}, or any bytes. */
  static byte[] closePayload(Notation words) {
    String code = words.word();
    byte[] reason = words.payload();
    return code.isEmpty()
        ? reason
        : ByteBuffer.allocate(Short.BYTES + reason.length)
            .putShort((short) Integer.parseInt(code))
            .put(reason)
            .array();
  }
}
