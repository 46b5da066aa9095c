package io.drawbridge.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** UTF-8 as the JDK understands it, made to say at which byte a text is lost. */
final class Utf8Reference {
  /** Whatever half a character begins with, one of these ends it, if anything does. */
  private static final byte[][] ENDINGS = {
    {}, bytes("80"), bytes("BF"), bytes("8080"), bytes("BF80"), bytes("808080"), bytes("BF8080")
  };

  private Utf8Reference() {}

  /** Bytes from hex, spaces allowed. */
  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static boolean isValid(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    try {
      decoder.decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The first byte after which no continuation makes the whole valid; -1 if there is none. */
  static int lostAt(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (!canBecomeValid(Arrays.copyOf(bytes, i + 1))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean canBecomeValid(byte[] start) {
    return Arrays.stream(ENDINGS).anyMatch(end -> isValid(ClientFrames.join(start, end)));
  }
}
