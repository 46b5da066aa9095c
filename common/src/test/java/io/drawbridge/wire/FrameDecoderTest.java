package io.drawbridge.wire;

import static io.drawbridge.wire.DecoderScript.read;
import static io.drawbridge.wire.DecoderScript.refusal;
import static io.drawbridge.wire.Utf8Reference.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.drawbridge.wire.DecoderScript.Refusal;
import io.drawbridge.wire.FrameDecoder.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The must-rules of RFC 6455 §5 and §7.4. Each of {@link DecoderScript}'s calls feeds the bytes at
 * many splits, and a refusal is always checked for the very byte that it comes at.
 */
final class FrameDecoderTest {
  private static final byte[] HALF_A_CHARACTER = bytes("E2 82");

  private static Refusal protocol(int at, String detail) {
    return new Refusal(at, Violation.protocol(detail));
  }

  private static Refusal notUtf8(int at, String detail) {
    return new Refusal(at, Violation.utf8(detail));
  }

  private static byte[] ofLength(int length) {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    return payload;
  }

  @Nested
  @DisplayName("RFC 6455 §5.2: the frame")
  final class Frame {

    @Test
    @DisplayName("§5.7: the masked text \"Hello\"")
    void readsTheTextOfTheExample() {
      assertThat(read(bytes("81 85 37 fa 21 3d 7f 9f 4d 51 58")))
          .containsExactly(Seen.text("Hello"));
    }

    @Test
    @DisplayName("§5.7: the fixture makes the example's bytes, too")
    void fixtureWritesTheTextOfTheExample() {
      assertThat(ClientFrames.text("Hello")).isEqualTo(bytes("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
    }

    @Test
    void readsFramesThatAreGluedTogether() {
      assertThat(
              read(
                  ClientFrames.text("one"),
                  ClientFrames.binary((byte) 2),
                  ClientFrames.ping("three"),
                  ClientFrames.text("")))
          .containsExactly(
              Seen.text("one"), Seen.binary((byte) 2), Seen.ping("three"), Seen.text(""));
    }

    @ParameterizedTest(name = "RSV bits {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    @DisplayName("MUST fail the connection for a reserved bit that no extension gave a meaning")
    void refusesAReservedBit(int bits) {
      assertThat(refusal(ClientFrames.of(Opcode.TEXT, "hi").reserved(bits).bytes()))
          .isEqualTo(protocol(0, "a reserved bit is set"));
      assertThat(refusal(ClientFrames.of(Opcode.PING, "hi").reserved(bits).bytes()))
          .isEqualTo(protocol(0, "a reserved bit is set"));
    }

    @ParameterizedTest(name = "opcode {0}")
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    @DisplayName("MUST fail the connection for an unknown opcode")
    void refusesAReservedOpcode(int opcode) {
      assertThat(refusal(ClientFrames.of(opcode, "hi").bytes()))
          .isEqualTo(protocol(0, "a reserved opcode"));
      assertThat(refusal(ClientFrames.of(opcode, "hi").notFinal().bytes()))
          .isEqualTo(protocol(0, "a reserved opcode"));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 124, 125, 126, 127, 255, 256, 32767, 32768, 65535, 65536, 70000})
    void readsAMessageOfAnyLength(int length) {
      byte[] payload = ofLength(length);

      assertThat(read(ClientFrames.binary(payload), ClientFrames.text("next")))
          .containsExactly(Seen.binary(payload), Seen.text("next"));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 125})
    @DisplayName("the minimal number of bytes MUST be used: 2 where none would do")
    void refusesTwoBytesOfLengthWhereNoneWouldDo(int length) {
      assertThat(refusal(ClientFrames.of(Opcode.BINARY, ofLength(length)).lengthIn(2).bytes()))
          .isEqualTo(protocol(3, "a length that is not in its shortest form"));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 125, 126, 255, 256, 65535})
    @DisplayName("the minimal number of bytes MUST be used: 8 where 2 would do, at the 6th of them")
    void refusesEightBytesOfLengthWhereTwoWouldDo(int length) {
      assertThat(refusal(ClientFrames.of(Opcode.BINARY, ofLength(length)).lengthIn(8).bytes()))
          .isEqualTo(protocol(7, "a length that is not in its shortest form"));
    }

    @ParameterizedTest(name = "length {0}")
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MIN_VALUE + 5})
    @DisplayName("the most significant bit of a 64-bit length MUST be 0")
    void refusesALengthWithItsHighestBitSet(long length) {
      assertThat(refusal(ClientFrames.of(Opcode.BINARY, "x").declaring(length).bytes()))
          .isEqualTo(protocol(2, "a length with its highest bit set"));
    }

    @Test
    void namesTheFirstOfManyFaults() {
      byte[] frame = ClientFrames.of(3, "").notFinal().reserved(7).unmasked().lengthIn(8).bytes();

      assertThat(refusal(frame)).isEqualTo(protocol(0, "a reserved bit is set"));
    }

    @Test
    void findsAFaultBehindRightFrames() {
      byte[] right = ClientFrames.join(ClientFrames.text("hi"), ClientFrames.ping("!"));

      assertThat(refusal(right, ClientFrames.of(Opcode.TEXT, "x").unmasked().bytes()))
          .isEqualTo(protocol(right.length + 1, "a frame that is not masked"));
    }
  }

  @Nested
  @DisplayName("RFC 6455 §5.1, §5.3: masking")
  final class Masking {

    @ParameterizedTest(name = "opcode {0}, {1}")
    @CsvSource({"1, hi", "2, hi", "8, ''", "9, hi", "10, hi"})
    @DisplayName("§5.1: MUST close the connection upon a frame that is not masked")
    void refusesAFrameThatIsNotMasked(int opcode, String payload) {
      assertThat(refusal(ClientFrames.of(opcode, payload).unmasked().bytes()))
          .isEqualTo(protocol(1, "a frame that is not masked"));
    }

    @Test
    void refusesAContinuationThatIsNotMasked() {
      byte[] first = ClientFrames.firstText("a");

      assertThat(refusal(first, ClientFrames.of(Opcode.CONTINUATION, "b").unmasked().bytes()))
          .isEqualTo(protocol(first.length + 1, "a frame that is not masked"));
    }

    @ParameterizedTest(name = "key {0}")
    @ValueSource(ints = {0, -1, 1, 0x8000_0000, 0x0000_00FF, 0x8080_8080})
    void takesAnyMaskingKey(int key) {
      byte[] payload = ofLength(37);

      assertThat(read(ClientFrames.of(Opcode.BINARY, payload).key(key).bytes()))
          .containsExactly(Seen.binary(payload));
    }

    @Test
    @DisplayName("§5.3: the key is new for every frame, and starts anew with each")
    void takesANewKeyWithEveryFrame() {
      assertThat(
              read(
                  ClientFrames.of(Opcode.TEXT, "abc").key(0x01020304).notFinal().bytes(),
                  ClientFrames.of(Opcode.PING, "defgh").key(0x11223344).bytes(),
                  ClientFrames.of(Opcode.CONTINUATION, "ijklm").key(0x55667788).bytes()))
          .containsExactly(Seen.ping("defgh"), Seen.text("abcijklm"));
    }
  }

  @Nested
  @DisplayName("RFC 6455 §5.4: fragmentation")
  final class Fragmentation {

    @Test
    void putsFragmentsTogether() {
      assertThat(
              read(
                  ClientFrames.firstText("one "),
                  ClientFrames.middle("two "),
                  ClientFrames.last("three"),
                  ClientFrames.text("next")))
          .containsExactly(Seen.text("one two three"), Seen.text("next"));
    }

    @Test
    void putsFragmentsOfABinaryMessageTogether() {
      byte[] payload = ofLength(300);

      assertThat(
              read(
                  ClientFrames.frame(false, 0, Opcode.BINARY, Arrays.copyOf(payload, 130)),
                  ClientFrames.frame(
                      true, 0, Opcode.CONTINUATION, Arrays.copyOfRange(payload, 130, 300))))
          .containsExactly(Seen.binary(payload));
    }

    @Test
    void letsAnyFragmentBeEmpty() {
      assertThat(read(ClientFrames.firstText(""), ClientFrames.middle(""), ClientFrames.last("a")))
          .containsExactly(Seen.text("a"));
      assertThat(read(ClientFrames.firstText("a"), ClientFrames.middle(""), ClientFrames.last("")))
          .containsExactly(Seen.text("a"));
      assertThat(read(ClientFrames.firstText(""), ClientFrames.middle(""), ClientFrames.last("")))
          .containsExactly(Seen.text(""));
    }

    @Test
    @DisplayName("control frames MAY come in the middle of a fragmented message")
    void readsControlFramesBetweenFragments() {
      assertThat(
              read(
                  ClientFrames.firstText("a"),
                  ClientFrames.ping("1"),
                  ClientFrames.pong("2"),
                  ClientFrames.middle("b"),
                  ClientFrames.ping(""),
                  ClientFrames.last("c"),
                  ClientFrames.ping("3")))
          .containsExactly(
              Seen.ping("1"), Seen.pong("2"), Seen.ping(""), Seen.text("abc"), Seen.ping("3"));
    }

    @Test
    @DisplayName("a control frame inside a character inside a message touches neither")
    void readsControlFramesInsideACharacter() {
      assertThat(
              read(
                  ClientFrames.frame(false, 0, Opcode.TEXT, HALF_A_CHARACTER),
                  ClientFrames.ping("\u20AC"),
                  ClientFrames.frame(true, 0, Opcode.CONTINUATION, (byte) 0xAC)))
          .containsExactly(Seen.ping("\u20AC"), Seen.text("\u20AC"));
    }

    @Test
    void refusesAContinuationWithoutAMessage() {
      assertThat(refusal(ClientFrames.last("a")))
          .isEqualTo(protocol(0, "a continuation without a message"));
      assertThat(refusal(ClientFrames.middle("a")))
          .isEqualTo(protocol(0, "a continuation without a message"));
    }

    @Test
    void refusesAContinuationAfterTheLast() {
      byte[] message = ClientFrames.join(ClientFrames.firstText("a"), ClientFrames.last("b"));

      assertThat(refusal(message, ClientFrames.last("c")))
          .isEqualTo(protocol(message.length, "a continuation without a message"));
    }

    @ParameterizedTest(name = "opcode {0} inside a message of opcode {1}")
    @CsvSource({"1, 1", "1, 2", "2, 1", "2, 2"})
    @DisplayName("the fragments of one message MUST NOT be interleaved with those of another")
    void refusesANewMessageInsideAFragmentedOne(int inner, int outer) {
      byte[] first = ClientFrames.frame(false, 0, outer, (byte) 'a');

      assertThat(refusal(first, ClientFrames.of(inner, "b").bytes()))
          .isEqualTo(protocol(first.length, "a new message inside a fragmented one"));
    }
  }

  @Nested
  @DisplayName("RFC 6455 §5.5: control frames")
  final class Control {

    @ParameterizedTest(name = "opcode {0}")
    @ValueSource(ints = {Opcode.CLOSE, Opcode.PING, Opcode.PONG})
    @DisplayName("MUST NOT be fragmented")
    void refusesAFragmentedControlFrame(int opcode) {
      assertThat(refusal(ClientFrames.of(opcode).notFinal().bytes()))
          .isEqualTo(protocol(0, "a fragmented control frame"));
    }

    @ParameterizedTest(name = "opcode {0}, {1} bytes")
    @CsvSource({"8, 126", "9, 126", "10, 126", "8, 65536", "9, 65536", "10, 65536"})
    @DisplayName("MUST have a payload of at most 125 bytes")
    void refusesAControlFrameOver125Bytes(int opcode, int length) {
      assertThat(refusal(ClientFrames.of(opcode, "x").declaring(length).bytes()))
          .isEqualTo(protocol(1, "a control frame over 125 bytes"));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 8, 124, 125})
    @DisplayName("§5.5.2, §5.5.3: a Ping or an unasked Pong with any payload of up to 125 bytes")
    void readsPingAndPong(int length) {
      String payload = "p".repeat(length);

      assertThat(read(ClientFrames.ping(payload), ClientFrames.pong(payload)))
          .containsExactly(Seen.ping(payload), Seen.pong(payload));
    }

    @Test
    void doesNotJudgeTheTextOfAPing() {
      assertThat(read(ClientFrames.frame(true, 0, Opcode.PING, bytes("FF 80"))))
          .containsExactly(new Seen(Event.PING, "ff80"));
    }
  }

  @Nested
  @DisplayName("RFC 6455 §5.5.1, §7.4: Close")
  final class Close {

    @Test
    void readsACloseWithoutACode() {
      assertThat(read(ClientFrames.close())).containsExactly(Seen.close(CloseCode.NO_STATUS, ""));
    }

    @Test
    void readsACloseWithCodeAndReason() {
      assertThat(read(ClientFrames.close(1000, ""))).containsExactly(Seen.close(1000, ""));
      assertThat(read(ClientFrames.close(4999, "adiós €")))
          .containsExactly(Seen.close(4999, "adiós €"));
    }

    @Test
    void readsTheLongestReason() {
      String reason = "é".repeat(61) + "x";

      assertThat(read(ClientFrames.close(1001, reason))).containsExactly(Seen.close(1001, reason));
    }

    @Test
    @DisplayName("§5.5.1: if there is a body, its first two bytes MUST be a code")
    void refusesHalfACode() {
      assertThat(refusal(ClientFrames.frame(true, 0, Opcode.CLOSE, (byte) 3)))
          .isEqualTo(protocol(1, "half a close code"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    @DisplayName("§7.4: a code that must not be in a frame, known at its second byte")
    void refusesACodeThatMustNotBeSent(int code) {
      assertThat(refusal(ClientFrames.close(code, "reason")))
          .isEqualTo(protocol(7, "the close code " + code));
      assertThat(refusal(ClientFrames.close(code, "")))
          .isEqualTo(protocol(7, "the close code " + code));
    }

    @Test
    @DisplayName("§5.5.1, §8.1: the reason MUST be UTF-8, known at the byte that is not")
    void refusesAReasonThatIsNotUtf8() {
      assertThat(refusal(ClientFrames.close(1000, bytes("41 C3 28 41"))))
          .isEqualTo(notUtf8(10, "a close reason that is not UTF-8"));
    }

    @Test
    void refusesAReasonThatEndsInsideACharacter() {
      assertThat(refusal(ClientFrames.close(1000, HALF_A_CHARACTER)))
          .isEqualTo(notUtf8(9, "a close reason that is not UTF-8"));
    }

    @Test
    void refusesABadCodeBeforeABadReason() {
      assertThat(refusal(ClientFrames.close(1005, bytes("FF"))))
          .isEqualTo(protocol(7, "the close code 1005"));
    }

    @Test
    @DisplayName("§1.4, §5.5.1: discards what comes behind a Close frame, even if it is wrong")
    void readsNothingAfterAClose() {
      assertThat(
              read(
                  ClientFrames.text("a"),
                  ClientFrames.close(1000, "bye"),
                  ClientFrames.text("b"),
                  ClientFrames.of(Opcode.TEXT, "c").unmasked().bytes(),
                  ClientFrames.close()))
          .containsExactly(Seen.text("a"), Seen.close(1000, "bye"));
    }

    @Test
    @DisplayName("§5.4: a Close in the middle of a message ends it, even inside a character")
    void readsACloseInsideAFragmentedMessage() {
      assertThat(
              read(
                  ClientFrames.frame(false, 0, Opcode.TEXT, HALF_A_CHARACTER),
                  ClientFrames.close(1001, "é"),
                  ClientFrames.last("rest")))
          .containsExactly(Seen.close(1001, "é"));
    }
  }

  @Nested
  @DisplayName("RFC 6455 §5.6, §8.1: text is UTF-8")
  final class Text {

    @ParameterizedTest
    @ValueSource(strings = {"é", "ascii, ascii, é", "éascii, ascii", "\uD83D\uDE00", "\uFFFF\0"})
    void readsTextBeyondAscii(String text) {
      assertThat(read(ClientFrames.text(text), ClientFrames.text("x")))
          .containsExactly(Seen.text(text), Seen.text("x"));
    }

    @ParameterizedTest(name = "cut after {0} bytes")
    @ValueSource(ints = {1, 2, 3})
    void readsACharacterThatIsCutByAFragment(int cut) {
      byte[] smile = bytes("F0 9F 98 80");

      assertThat(
              read(
                  ClientFrames.frame(false, 0, Opcode.TEXT, Arrays.copyOf(smile, cut)),
                  ClientFrames.middle(""),
                  ClientFrames.frame(
                      true, 0, Opcode.CONTINUATION, Arrays.copyOfRange(smile, cut, 4))))
          .containsExactly(Seen.text("\uD83D\uDE00"));
    }

    @Test
    void refusesABadByteInAWholeFrame() {
      assertThat(refusal(ClientFrames.frame(true, 0, Opcode.TEXT, bytes("61 62 FF 63"))))
          .isEqualTo(notUtf8(8, "text that is not UTF-8"));
    }

    @ParameterizedTest(name = "{0} at byte {1}")
    @CsvSource({
      "80, 0",
      "C0 AF, 0",
      "E0 80 80, 1",
      "ED A0 80, 1",
      "F4 90 80 80, 1",
      "F5, 0",
      "CE BA E1 BD B9 CF 83 CE BC CE B5 F4 90 80 80 65 64 69 74 65 64, 12"
    })
    @DisplayName("§8.1: bad UTF-8 is known while most of its frame is still to come")
    void refusesABadByteInAPartOfAFrame(String hex, int at) {
      byte[] part = ClientFrames.of(Opcode.TEXT, bytes(hex)).declaring(1000).bytes();
      int header = 2 + 2 + 4;

      assertThat(refusal(part)).isEqualTo(notUtf8(header + at, "text that is not UTF-8"));
    }

    @Test
    void refusesABadByteInAContinuation() {
      byte[] first = ClientFrames.frame(false, 0, Opcode.TEXT, HALF_A_CHARACTER);
      byte[] second = ClientFrames.of(Opcode.CONTINUATION, "(").declaring(100).notFinal().bytes();

      assertThat(refusal(first, second))
          .isEqualTo(notUtf8(first.length + 6, "text that is not UTF-8"));
    }

    @ParameterizedTest(name = "{0} before it")
    @ValueSource(strings = {"", "a", "some more words"})
    void refusesTextThatEndsInsideACharacter(String before) {
      byte[] payload = ClientFrames.join(before.getBytes(StandardCharsets.UTF_8), HALF_A_CHARACTER);
      byte[] frame = ClientFrames.frame(true, 0, Opcode.TEXT, payload);

      assertThat(refusal(frame))
          .isEqualTo(notUtf8(frame.length - 1, "text that ends inside a character"));
    }

    @Test
    void refusesTextThatEndsInsideACharacterBeforeAnEmptyLastFragment() {
      byte[] first = ClientFrames.frame(false, 0, Opcode.TEXT, HALF_A_CHARACTER);
      byte[] last = ClientFrames.last("");

      assertThat(refusal(first, last))
          .isEqualTo(notUtf8(first.length + last.length - 1, "text that ends inside a character"));
    }

    @Test
    @DisplayName("§5.6: a binary message may hold any bytes")
    void doesNotJudgeBinaryMessages() {
      assertThat(
              read(
                  ClientFrames.binary(bytes("FF FE 80")),
                  ClientFrames.frame(false, 0, Opcode.BINARY, HALF_A_CHARACTER),
                  ClientFrames.last(""),
                  ClientFrames.text("é")))
          .containsExactly(
              Seen.binary(bytes("FF FE 80")), Seen.binary(HALF_A_CHARACTER), Seen.text("é"));
    }
  }

  @Nested
  @DisplayName("The caller pulls")
  final class Pulling {
    private final FrameDecoder decoder =
        new FrameDecoder(DecoderScript.ROOMY, Unpooled.EMPTY_BUFFER.alloc());

    @Test
    void takesNotAByteMoreThanTheMessageNeeds() {
      byte[] first = ClientFrames.text("first");
      ByteBuf in = Unpooled.copiedBuffer(first, ClientFrames.text("second"));

      assertThat(decoder.next(in)).isEqualTo(Event.TEXT);
      assertThat(in.readerIndex()).isEqualTo(first.length);
      assertThat(decoder.payload().text()).isEqualTo("first");
      assertThat(decoder.next(in)).isEqualTo(Event.TEXT);
      assertThat(decoder.payload().text()).isEqualTo("second");
      assertThat(decoder.next(in)).isEqualTo(Event.MORE);
    }

    @Test
    void readsNothingAfterAViolation() {
      assertThat(
              read(
                  ClientFrames.text("a"),
                  ClientFrames.last("b"),
                  ClientFrames.text("c"),
                  ClientFrames.of(Opcode.TEXT, "d").unmasked().bytes(),
                  ClientFrames.close()))
          .containsExactly(
              Seen.text("a"),
              Seen.violation(Violation.protocol("a continuation without a message")));
    }

    @Test
    void stillSaysWhatTheViolationWasWhenMoreComes() {
      decoder.next(Unpooled.copiedBuffer(ClientFrames.last("b")));

      ByteBuf more = Unpooled.copiedBuffer(ClientFrames.text("c"));
      assertThat(decoder.next(more)).isEqualTo(Event.MORE);
      assertThat(more.isReadable()).isFalse();
      assertThat(decoder.violation())
          .isEqualTo(Violation.protocol("a continuation without a message"));
    }

    @Test
    void hasNoViolationToShowBeforeThereIsOne() {
      assertThat(decoder.next(Unpooled.copiedBuffer(ClientFrames.text("a")))).isEqualTo(Event.TEXT);

      assertThatNullPointerException().isThrownBy(decoder::violation);
    }

    @Test
    void readsNothingOnceReleased() {
      ByteBuf in = Unpooled.copiedBuffer(ClientFrames.text("a"), ClientFrames.text("b"));
      assertThat(decoder.next(in)).isEqualTo(Event.TEXT);

      decoder.release();

      assertThat(decoder.next(in)).isEqualTo(Event.MORE);
      assertThat(in.isReadable()).isFalse();
    }
  }
}
