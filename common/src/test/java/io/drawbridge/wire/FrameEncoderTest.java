package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameEncoderTest {
  private final ByteBuf out = Unpooled.buffer();

  private String hex() {
    return ByteBufUtil.hexDump(out);
  }

  @Test
  @DisplayName("RFC 6455 §5.7: the unmasked text \"Hello\"")
  void writesTheTextOfTheExample() {
    FrameEncoder.text(out, "Hello");

    assertThat(hex()).isEqualTo("810548656c6c6f");
  }

  @ParameterizedTest(name = "{0} bytes: {1}")
  @DisplayName("RFC 6455 §5.2: the minimal number of bytes encodes the length")
  @CsvSource({
    "0, 8200",
    "1, 8201",
    "125, 827d",
    "126, 827e007e",
    "256, 827e0100",
    "32768, 827e8000",
    "65535, 827effff",
    "65536, 827f0000000000010000",
    "2147483647, 827f000000007fffffff"
  })
  void usesTheShortestFormOfTheLength(int length, String header) {
    FrameEncoder.header(out, Opcode.BINARY, length);

    assertThat(hex()).isEqualTo(header);
    assertThat(out.readableBytes()).isLessThanOrEqualTo(FrameEncoder.MAX_HEADER);
  }

  @ParameterizedTest(name = "opcode {0}")
  @ValueSource(ints = {Opcode.TEXT, Opcode.BINARY, Opcode.CLOSE, Opcode.PING, Opcode.PONG})
  @DisplayName("RFC 6455 §5.1, §5.2: whole, without reserved bits, unmasked")
  void writesTheOpcodeInAWholeFrame(int opcode) {
    FrameEncoder.header(out, opcode, 5);

    assertThat(out.getUnsignedByte(0)).isEqualTo((short) (0x80 | opcode));
    assertThat(out.getUnsignedByte(1)).isEqualTo((short) 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "é", "€uro", "a \uD83D\uDE00 b", "\u0000\u007F\u0080\uFFFF"})
  @DisplayName("RFC 6455 §5.6: text is UTF-8, and its length is counted in bytes")
  void writesTextAsUtf8(String text) {
    FrameEncoder.text(out, text);

    assertThat(ServerFrame.readAll(ByteBufUtil.getBytes(out)))
        .containsExactly(new ServerFrame(Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisplayName("RFC 3629 §3: no half of a surrogate pair gets onto the wire")
  void replacesHalfASurrogatePair() {
    FrameEncoder.text(out, "a\uD83D" + "b\uDE00");

    assertThat(ServerFrame.readAll(ByteBufUtil.getBytes(out)).get(0).text()).isEqualTo("a?b?");
  }

  @Test
  void appendsBehindWhatIsThere() {
    out.writeBytes(new byte[] {1, 2, 3});
    out.readerIndex(1);

    FrameEncoder.text(out, "a");
    FrameEncoder.close(out, CloseCode.NORMAL, "b");

    assertThat(hex()).isEqualTo("0203" + "810161" + "880303e862");
  }

  @Test
  @DisplayName("RFC 6455 §5.5.1: a Close frame carries its code in network byte order")
  void writesACloseFrame() {
    FrameEncoder.close(out, CloseCode.GOING_AWAY, "später");

    assertThat(hex()).isEqualTo("880903e97370c3a4746572");
  }

  @Test
  void writesACloseFrameWithoutCode() {
    FrameEncoder.closeWithoutCode(out);

    assertThat(hex()).isEqualTo("8800");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 0x1_03E8, -1})
  @DisplayName("RFC 6455 §7.4: refuses a code that must not be sent, and writes nothing")
  void refusesACodeThatMustNotBeSent(int code) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameEncoder.close(out, code, "r"))
        .withMessage("no valid Close frame: " + code + ", 1 bytes");
    assertThat(out.readableBytes()).isZero();
  }

  @Test
  @DisplayName("RFC 6455 §5.5: a control frame's payload has at most 125 bytes")
  void takesAReasonOf123BytesAndNotOneMore() {
    String longest = "é".repeat(61) + "x";
    FrameEncoder.close(out, CloseCode.NORMAL, longest);
    assertThat(out.readableBytes()).isEqualTo(2 + 125);

    out.clear();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameEncoder.close(out, CloseCode.NORMAL, "é".repeat(62)))
        .withMessage("no valid Close frame: 1000, 124 bytes");
    assertThat(out.readableBytes()).isZero();
  }
}
