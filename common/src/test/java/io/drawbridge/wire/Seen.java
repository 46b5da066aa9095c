package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.FrameDecoder.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One event of a decoder, kept after the decoder has gone on.
 *
 * @param what the text; the payload in hex; code and reason; or the violation
 */
record Seen(Event event, String what) {

  static Seen text(String text) {
    return new Seen(Event.TEXT, text);
  }

  static Seen binary(byte... payload) {
    return new Seen(Event.BINARY, HexFormat.of().formatHex(payload));
  }

  static Seen ping(String payload) {
    return new Seen(Event.PING, hex(payload));
  }

  static Seen pong(String payload) {
    return new Seen(Event.PONG, hex(payload));
  }

  static Seen close(int code, String reason) {
    return new Seen(Event.CLOSE, code + " " + reason);
  }

  static Seen violation(Violation violation) {
    return new Seen(Event.VIOLATION, violation.kind() + ": " + violation.detail());
  }

  /** What the decoder shows now. */
  static Seen of(Event event, FrameDecoder decoder) {
    return switch (event) {
      case VIOLATION -> violation(decoder.violation());
      case TEXT -> {
        byte[] bytes = bytes(decoder.payload());
        assertThat(decoder.payload().text()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        yield text(decoder.payload().text());
      }
      case CLOSE -> {
        byte[] bytes = bytes(decoder.payload());
        int reasonAt = Math.min(2, bytes.length);
        yield close(
            decoder.payload().closeCode(),
            new String(bytes, reasonAt, bytes.length - reasonAt, StandardCharsets.UTF_8));
      }
      default -> new Seen(event, HexFormat.of().formatHex(bytes(decoder.payload())));
    };
  }

  /** The payload's bytes, by each of the ways to get at them. */
  private static byte[] bytes(Payload payload) {
    ByteBuf copy = Unpooled.buffer();
    payload.writeTo(copy);
    ByteBuf slice = payload.retainedSlice();
    assertThat(slice).isEqualTo(copy);
    slice.release();
    byte[] bytes = ByteBufUtil.getBytes(copy);
    assertThat(payload.length()).isEqualTo(bytes.length);
    return bytes;
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }
}
