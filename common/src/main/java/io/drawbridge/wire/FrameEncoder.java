package io.drawbridge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes frames as a server does: unmasked, whole, with the shortest length form (RFC 6455 §5.2).
 */
public final class FrameEncoder {
  /** The most bytes that a server's frame header takes. */
  public static final int MAX_HEADER = 10;

  /** The most bytes of a close reason (RFC 6455 §5.5: 125, less the code). */
  public static final int MAX_REASON = 123;

  /** To be set in the opcode of a compressed message (RFC 7692 §6). */
  public static final int COMPRESSED = 0x40;

  private static final int FIN = 0x80;
  private static final int LARGEST_IN_ONE_BYTE = 125;
  private static final int LARGEST_IN_TWO_BYTES = 0xFFFF;

  private FrameEncoder() {}

  /** Appends the header of a whole message or control frame; its payload follows. */
  public static void header(ByteBuf out, int opcode, int length) {
    if (length <= LARGEST_IN_ONE_BYTE) {
      out.writeShort((FIN | opcode) << 8 | length);
    } else if (length <= LARGEST_IN_TWO_BYTES) {
      out.writeInt((FIN | opcode) << 24 | 126 << 16 | length);
    } else {
      out.writeShort((FIN | opcode) << 8 | 127);
      out.writeLong(length);
    }
  }

  /** Appends a text message. */
  public static void text(ByteBuf out, String text) {
    message(out, Opcode.TEXT, text);
  }

  /** Appends a message whose payload is this text as UTF-8. */
  public static void message(ByteBuf out, int opcode, String text) {
    header(out, opcode, ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(out, text);
  }

  /**
   * Appends a Close frame.
   *
   * @param code a code that {@link CloseCode#isValid may} stand in a frame
   * @param reason at most {@value #MAX_REASON} bytes of UTF-8
   */
  public static void close(ByteBuf out, int code, String reason) {
    int length = ByteBufUtil.utf8Bytes(reason);
    if (!CloseCode.isValid(code) || length > MAX_REASON) {
      throw new IllegalArgumentException(
          "no valid Close frame: " + code + ", " + length + " bytes");
    }
    header(out, Opcode.CLOSE, Short.BYTES + length);
    out.writeShort(code);
    ByteBufUtil.writeUtf8(out, reason);
  }

  /** Appends a Close frame without code or reason, the answer to one that had none. */
  public static void closeWithoutCode(ByteBuf out) {
    header(out, Opcode.CLOSE, 0);
  }
}
