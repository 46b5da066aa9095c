package io.drawbridge.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Client frames for tests: right in every respect, unless told to break one thing.
 *
 * <pre>{@code
 * ClientFrames.text("hi")                                      // a right one
 * ClientFrames.of(Opcode.TEXT, "hi").unmasked().bytes()        // the same with one thing wrong
 * ClientFrames.of(Opcode.TEXT, "").declaring(1L << 40).bytes() // a promise without its payload
 * }</pre>
 */
public final class ClientFrames {
  /** The masking key of RFC 6455's own examples (§5.7). */
  public static final int KEY = 0x37FA213D;

  private final int opcode;
  private final byte[] payload;
  private boolean fin = true;
  private int reserved;
  private boolean masked = true;
  private int key = KEY;
  private int lengthBytes;
  private long declared;

  private ClientFrames(int opcode, byte[] payload) {
    this.opcode = opcode;
    this.payload = payload.clone();
    declaring(payload.length);
  }

  // --- right frames -----------------------------------------------------------------------------

  public static byte[] text(String text) {
    return of(Opcode.TEXT, text).bytes();
  }

  public static byte[] binary(byte... payload) {
    return of(Opcode.BINARY, payload).bytes();
  }

  public static byte[] ping(String payload) {
    return of(Opcode.PING, payload).bytes();
  }

  public static byte[] pong(String payload) {
    return of(Opcode.PONG, payload).bytes();
  }

  /** A Close frame without a code. */
  public static byte[] close() {
    return of(Opcode.CLOSE).bytes();
  }

  public static byte[] close(int code, String reason) {
    return close(code, reason.getBytes(StandardCharsets.UTF_8));
  }

  /** A Close frame whose reason need not be UTF-8. */
  public static byte[] close(int code, byte[] reason) {
    byte[] payload =
        ByteBuffer.allocate(Short.BYTES + reason.length).putShort((short) code).put(reason).array();
    return of(Opcode.CLOSE, payload).bytes();
  }

  /** The first frame of a fragmented text. */
  public static byte[] firstText(String text) {
    return of(Opcode.TEXT, text).notFinal().bytes();
  }

  /** A frame of a fragmented message that is neither its first nor its last. */
  public static byte[] middle(String text) {
    return of(Opcode.CONTINUATION, text).notFinal().bytes();
  }

  /** The last frame of a fragmented message. */
  public static byte[] last(String text) {
    return of(Opcode.CONTINUATION, text).bytes();
  }

  /**
   * A masked frame with its length in the shortest form.
   *
   * @param rsv the reserved bits as a number: 4 is RSV1, 2 is RSV2, 1 is RSV3
   */
  public static byte[] frame(boolean fin, int rsv, int opcode, byte... payload) {
    ClientFrames frame = of(opcode, payload).reserved(rsv);
    return (fin ? frame : frame.notFinal()).bytes();
  }

  /** Some frames (or parts of them), glued as TCP may deliver them. */
  public static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  // --- frames with a difference -----------------------------------------------------------------

  public static ClientFrames of(int opcode, String payload) {
    return of(opcode, payload.getBytes(StandardCharsets.UTF_8));
  }

  public static ClientFrames of(int opcode, byte... payload) {
    return new ClientFrames(opcode, payload);
  }

  public ClientFrames notFinal() {
    fin = false;
    return this;
  }

  /** Sets reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3. */
  public ClientFrames reserved(int bits) {
    reserved = bits;
    return this;
  }

  /** No mask bit, no key, and the payload as it is: what only a server may send. */
  public ClientFrames unmasked() {
    masked = false;
    return this;
  }

  public ClientFrames key(int maskingKey) {
    key = maskingKey;
    return this;
  }

  /** Promises this length, in its shortest form, whatever the payload that follows. */
  public ClientFrames declaring(long length) {
    declared = length;
    lengthBytes = length >= 0 && length < 126 ? 0 : length >> 16 == 0 ? Short.BYTES : Long.BYTES;
    return this;
  }

  /** Writes the length in an extended form of 2 or 8 bytes, needed or not. */
  public ClientFrames lengthIn(int bytes) {
    lengthBytes = bytes;
    return this;
  }

  public byte[] bytes() {
    ByteBuffer header = ByteBuffer.allocate(2 + Long.BYTES + Integer.BYTES);
    header.put((byte) ((fin ? 0x80 : 0) | reserved << 4 | opcode));
    int maskBit = masked ? 0x80 : 0;
    switch (lengthBytes) {
      case 0 -> header.put((byte) (maskBit | (int) declared));
      case Short.BYTES -> header.put((byte) (maskBit | 126)).putShort((short) declared);
      case Long.BYTES -> header.put((byte) (maskBit | 127)).putLong(declared);
      default -> throw new IllegalArgumentException("no such length form: " + lengthBytes);
    }
    if (masked) {
      header.putInt(key);
    }
    byte[] start = new byte[header.position()];
    header.get(0, start);
    return join(start, masked ? masked(payload, key) : payload);
  }

  /** RFC 6455 §5.3, word for word: octet i is XORed with octet i MOD 4 of the key. */
  private static byte[] masked(byte[] plain, int key) {
    byte[] masked = plain.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] ^= (byte) (key >>> (24 - 8 * (i % 4)));
    }
    return masked;
  }
}
