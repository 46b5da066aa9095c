package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of one connection's frames (RFC 6455 §5.2), and judges them: each alone, and as
 * part of its message. A fault is found at the first byte that proves it.
 */
final class FrameHeader {
  /** The longest header that a client sends: 2 bytes, 8 of length, 4 of masking key. */
  static final int LONGEST = 14;

  static final int LONGEST_CONTROL_PAYLOAD = 125;

  private static final int FIN = 0x80;
  private static final int RESERVED_BITS = 0x70;

  /** The reserved bit that marks the first frame of a compressed message (RFC 7692 §6). */
  private static final int COMPRESSED = 0x40;

  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int KEY_LENGTH = Integer.BYTES;

  /**
   * The most frames without payload that may come before a message's last, however many fragments
   * are allowed: no other limit would ever end a message made of nothing.
   */
  private static final int MOST_EMPTY_FRAGMENTS = 100;

  private final WireLimits limits;
  private final boolean compression;
  private @Nullable Violation violation;

  // The frame at hand.
  private int bytes;
  private int lengthBytes;
  private boolean fin;
  private int opcode;
  private long length;
  private int key;

  // The message at hand.
  /** TEXT or BINARY between a message's first frame and its last, else CONTINUATION. */
  private int messageOpcode = Opcode.CONTINUATION;

  private boolean compressed;
  private long fragments;
  private int emptyFragments;

  /** The payload lengths of the message's frames so far, once a header is whole its own too. */
  private long received;

  /**
   * Of one connection.
   *
   * @param compression whether it was agreed on, so that a message may be marked as compressed
   */
  FrameHeader(WireLimits limits, boolean compression) {
    this.limits = limits;
    this.compression = compression;
  }

  /** True once the header is whole; false for a {@link #violation}, or when all bytes are read. */
  boolean read(ByteBuf in) {
    if (bytes == 0 && in.readableBytes() >= LONGEST) {
      return whole(in);
    }
    while (in.isReadable()) {
      if (!octet(in.readUnsignedByte())) {
        return false;
      }
      if (bytes == 0) {
        return true;
      }
    }
    return false;
  }

  @Nullable Violation violation() {
    return violation;
  }

  boolean fin() {
    return fin;
  }

  int opcode() {
    return opcode;
  }

  /** The length of the frame's payload. */
  long length() {
    return length;
  }

  /** The masking key as it stood on the wire, first byte in the highest bits. */
  int key() {
    return key;
  }

  boolean isText() {
    return messageOpcode == Opcode.TEXT;
  }

  /** Whether the message at hand is compressed. */
  boolean isCompressed() {
    return compressed;
  }

  /** The payload lengths of the message's frames so far, that of the frame at hand included. */
  long received() {
    return received;
  }

  /** The message at hand is over. */
  void endMessage() {
    messageOpcode = Opcode.CONTINUATION;
    compressed = false;
    fragments = 0;
    emptyFragments = 0;
    received = 0;
  }

  // --- byte by byte -----------------------------------------------------------------------------

  /** The same as {@link #octet} for all of them, when all of them are there. */
  private boolean whole(ByteBuf in) {
    if (!first(in.readUnsignedByte()) || !second(in.readUnsignedByte())) {
      return false;
    }
    if (lengthBytes == Short.BYTES) {
      length = in.readUnsignedShort();
    } else if (lengthBytes == Long.BYTES) {
      length = in.readLong();
    }
    if (!lengthIsRight(lengthBytes)) {
      return false;
    }
    key = in.readInt();
    end();
    return true;
  }

  private boolean octet(int octet) {
    int index = bytes++;
    if (index == 0) {
      return first(octet);
    }
    if (index == 1) {
      return second(octet) && (lengthBytes > 0 || lengthIsRight(0));
    }
    if (index < 2 + lengthBytes) {
      length = length << Byte.SIZE | octet;
      return lengthIsRight(index - 1);
    }
    key = key << Byte.SIZE | octet;
    if (bytes == 2 + lengthBytes + KEY_LENGTH) {
      end();
    }
    return true;
  }

  private void end() {
    bytes = 0;
    if (!Opcode.isControl(opcode)) {
      received += length;
      if (opcode != Opcode.CONTINUATION) {
        messageOpcode = opcode;
      }
    }
  }

  // --- rules ------------------------------------------------------------------------------------

  private boolean first(int octet) {
    fin = (octet & FIN) != 0;
    opcode = octet & OPCODE;
    int reserved = octet & RESERVED_BITS;
    if (reserved != 0 && (reserved != COMPRESSED || !mayBeCompressed())) {
      return violated(Violation.protocol("a reserved bit is set"));
    }
    return switch (opcode) {
      case Opcode.CONTINUATION ->
          messageOpcode != Opcode.CONTINUATION
              ? fragment()
              : violated(Violation.protocol("a continuation without a message"));
      case Opcode.TEXT, Opcode.BINARY ->
          messageOpcode == Opcode.CONTINUATION
              ? firstFragment(reserved != 0)
              : violated(Violation.protocol("a new message inside a fragmented one"));
      case Opcode.CLOSE, Opcode.PING, Opcode.PONG ->
          fin || violated(Violation.protocol("a fragmented control frame"));
      default -> violated(Violation.protocol("a reserved opcode"));
    };
  }

  /** Only the first frame of a message tells; control frames are never compressed. */
  private boolean mayBeCompressed() {
    return compression && (opcode == Opcode.TEXT || opcode == Opcode.BINARY);
  }

  private boolean firstFragment(boolean isCompressed) {
    compressed = isCompressed;
    return fragment();
  }

  private boolean fragment() {
    return ++fragments <= limits.fragments()
        || violated(Violation.tooBig("more fragments than " + limits.fragments()));
  }

  private boolean second(int octet) {
    if ((octet & MASKED) == 0) {
      return violated(Violation.protocol("a frame that is not masked"));
    }
    length = octet & ~MASKED;
    if (Opcode.isControl(opcode) && length > LONGEST_CONTROL_PAYLOAD) {
      return violated(Violation.protocol("a control frame over 125 bytes"));
    }
    if (opcode == Opcode.CLOSE && length == 1) {
      return violated(Violation.protocol("half a close code"));
    }
    // Only a frame of data may not be final.
    if (length == 0 && !fin && ++emptyFragments > MOST_EMPTY_FRAGMENTS) {
      return violated(Violation.tooBig("more empty fragments than " + MOST_EMPTY_FRAGMENTS));
    }
    lengthBytes = length < 126 ? 0 : length == 126 ? Short.BYTES : Long.BYTES;
    if (lengthBytes != 0) {
      length = 0;
    }
    return true;
  }

  /**
   * Judges the extended length after {@code have} of its bytes: what is still to come can only make
   * it larger, so a length that is too big already is refused already.
   */
  private boolean lengthIsRight(int have) {
    if (lengthBytes == Long.BYTES && (have == 1 ? length > 0x7F : length < 0)) {
      return violated(Violation.protocol("a length with its highest bit set"));
    }
    long least = length << ((lengthBytes - have) * Byte.SIZE);
    if (isTooLongAForm(have, least)) {
      return violated(Violation.protocol("a length that is not in its shortest form"));
    }
    if (Opcode.isControl(opcode)) {
      return true;
    }
    // Not a sum with the length, since that could overflow.
    long room = limits.messageSize() - received;
    if (least > Math.min(limits.frameSize(), room)) {
      // Named is the tighter limit: the one that a length crosses first as its bytes come.
      return violated(
          limits.frameSize() <= room
              ? Violation.tooBig("a frame over " + limits.frameSize() + " bytes")
              : Violation.tooBig("a message over " + limits.messageSize() + " bytes"));
    }
    return true;
  }

  /**
   * Whether a shorter form would have held the length. Of eight bytes the first six tell, and tell
   * it before the others can take the length over a limit: so the verdict is the same at any split.
   */
  private boolean isTooLongAForm(int have, long least) {
    return switch (lengthBytes) {
      case Short.BYTES -> have == Short.BYTES && least < 126;
      case Long.BYTES -> have >= Long.BYTES - Short.BYTES && least < 0x1_0000;
      default -> false;
    };
  }

  private boolean violated(Violation found) {
    violation = found;
    return false;
  }
}
