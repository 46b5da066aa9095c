package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.DecoderScript.Refusal;
import io.drawbridge.wire.DecoderScript.Setup;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Compressed messages through the decoder (RFC 7692 §6, §7.2)")
final class MessageInflaterTest {
  private static final WireLimits LIMITS = new WireLimits(1 << 20, 5_000, 100);
  static final PerMessageDeflate NO_TAKEOVER = new PerMessageDeflate(false, false, 0, 0);
  static final PerMessageDeflate TAKEOVER = new PerMessageDeflate(true, true, 0, 0);
  private static final Setup SETUP = new Setup(LIMITS, NO_TAKEOVER, 100);
  private static final Setup KEEPING = new Setup(LIMITS, TAKEOVER, 100);

  private static final Violation NOT_DEFLATE =
      Violation.protocol("compressed data that is not DEFLATE");
  private static final Violation TOO_SOON =
      Violation.protocol("compressed data that ends too soon");
  private static final Violation RESERVED = Violation.protocol("a reserved bit is set");

  private static List<Seen> read(Setup setup, byte[]... frames) {
    return DecoderScript.read(setup, 1, frames);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** A whole text message of this payload, marked as compressed. */
  private static byte[] compressed(String hex) {
    return ClientFrames.frame(true, 4, Opcode.TEXT, hex(hex));
  }

  /** Text without anything that repeats: it deflates hardly at all. */
  static String dense(int length) {
    return new Random(length)
        .ints(length, ' ', '~')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Nested
  final class Inflates {

    /** The payloads of RFC 7692 §7.2.3, which all say the same. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
        strings = {
          "f2 48 cd c9 c9 07 00", // one block
          "00 05 00 fa ff 48 65 6c 6c 6f 00", // not compressed
          "f3 48 cd c9 c9 07 00 00", // with BFINAL
          "f2 48 05 00 00 00 ff ff ca c9 c9 07 00" // two blocks
        })
    void theExamplesOfTheRfc(String payload) {
      assertThat(read(SETUP, compressed(payload))).containsExactly(Seen.text("Hello"));
      assertThat(read(KEEPING, compressed(payload))).containsExactly(Seen.text("Hello"));
    }

    @Test
    void aLastBlockWithNothingBehindIt() {
      assertThat(
              read(SETUP, compressed("f3 48 cd c9 c9 07 00"), compressed("f2 48 cd c9 c9 07 00")))
          .containsExactly(Seen.text("Hello"), Seen.text("Hello"));
    }

    @Test
    void severalLastBlocks() {
      assertThat(read(SETUP, compressed("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00")))
          .containsExactly(Seen.text("HelloHello"));
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"", "00", "03 00"})
    void anEmptyMessage(String payload) {
      assertThat(read(SETUP, compressed(payload), Deflated.text("next")))
          .containsExactly(Seen.text(""), Seen.text("next"));
    }

    @Test
    void aMessageInFragmentsWithAPingBetween() {
      byte[] payload = Deflated.of("one after the other");
      int middle = payload.length / 2;

      assertThat(
              read(
                  SETUP,
                  ClientFrames.frame(false, 4, Opcode.TEXT, Arrays.copyOf(payload, middle)),
                  ClientFrames.ping("?"),
                  ClientFrames.frame(false, 0, Opcode.CONTINUATION),
                  ClientFrames.frame(
                      true,
                      0,
                      Opcode.CONTINUATION,
                      Arrays.copyOfRange(payload, middle, payload.length))))
          .containsExactly(Seen.ping("?"), Seen.text("one after the other"));
    }

    @Test
    void messagesBesideOthersThatAreNotCompressed() {
      assertThat(
              read(
                  SETUP,
                  ClientFrames.text("plain"),
                  Deflated.text("small"),
                  ClientFrames.binary((byte) 7),
                  Deflated.binary((byte) 8)))
          .containsExactly(
              Seen.text("plain"), Seen.text("small"), Seen.binary((byte) 7), Seen.binary((byte) 8));
    }

    @Test
    void messagesThatReferToThoseBefore() {
      Deflated client = new Deflated();
      byte[] message =
          "{\"type\":\"publish\",\"address\":\"news\"}".getBytes(StandardCharsets.UTF_8);
      byte[] first = client.next(message);
      byte[] second = client.next(message);
      assertThat(second).hasSizeLessThan(first.length / 2);

      assertThat(
              read(
                  KEEPING,
                  ClientFrames.frame(true, 4, Opcode.TEXT, first),
                  ClientFrames.text("plain"),
                  ClientFrames.frame(true, 4, Opcode.TEXT, second)))
          .containsExactly(
              Seen.text(new String(message, StandardCharsets.UTF_8)),
              Seen.text("plain"),
              Seen.text(new String(message, StandardCharsets.UTF_8)));
    }

    @Test
    void asMuchAsAMessageMayHold() {
      String text = dense(5_000);

      assertThat(read(SETUP, Deflated.text(text))).containsExactly(Seen.text(text));
    }

    @Test
    void aFewThousandBlanksWhateverTheirRatio() {
      String text = " ".repeat(4 * 1024);

      assertThat(read(SETUP, Deflated.text(text))).containsExactly(Seen.text(text));
    }
  }

  @Nested
  final class Refuses {

    @Test
    void aMarkOnAFrameThatIsNotTheFirst() {
      byte[] first = ClientFrames.frame(false, 4, Opcode.TEXT, Deflated.of("x"));

      assertThat(
              DecoderScript.refusal(SETUP, first, ClientFrames.frame(true, 4, Opcode.CONTINUATION)))
          .isEqualTo(new Refusal(first.length, RESERVED));
    }

    @ParameterizedTest
    @ValueSource(ints = {Opcode.CLOSE, Opcode.PING, Opcode.PONG})
    void aMarkOnAControlFrame(int opcode) {
      assertThat(DecoderScript.refusal(SETUP, ClientFrames.frame(true, 4, opcode)))
          .isEqualTo(new Refusal(0, RESERVED));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7})
    void theOtherReservedBits(int bits) {
      assertThat(DecoderScript.refusal(SETUP, ClientFrames.frame(true, bits, Opcode.TEXT)))
          .isEqualTo(new Refusal(0, RESERVED));
    }

    @Test
    void aMarkWhereNothingWasAgreed() {
      assertThat(DecoderScript.refusal(LIMITS, Deflated.text("x")))
          .isEqualTo(new Refusal(0, RESERVED));
    }

    @Test
    void dataThatIsNotDeflateAtTheFirstByteThatProvesIt() {
      byte[] frame = compressed("07 00 00 00");

      assertThat(DecoderScript.refusal(SETUP, frame)).isEqualTo(new Refusal(6, NOT_DEFLATE));
    }

    @Test
    void aReferenceToAMessageThatIsForgotten() {
      Deflated client = new Deflated();
      byte[] message = "the same again and again".getBytes(StandardCharsets.UTF_8);
      byte[] first = ClientFrames.frame(true, 4, Opcode.TEXT, client.next(message));
      byte[] second = ClientFrames.frame(true, 4, Opcode.TEXT, client.next(message));

      assertThat(DecoderScript.refusal(SETUP, first, second).violation()).isEqualTo(NOT_DEFLATE);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"f2 48 cd c9", "f2", "00 05"})
    void dataThatEndsTooSoon(String payload) {
      byte[] frame = compressed(payload);

      Refusal refusal = DecoderScript.refusal(SETUP, frame);
      assertThat(refusal.at()).isEqualTo(frame.length - 1);
      assertThat(refusal.violation()).isIn(NOT_DEFLATE, TOO_SOON);
    }

    @Test
    void textThatIsNotUtf8BeforeTheFrameIsWhole() {
      byte[] bad = ClientFrames.join(dense(300).getBytes(StandardCharsets.UTF_8), hex("ff"));
      byte[] payload =
          Deflated.of(ClientFrames.join(bad, dense(600).getBytes(StandardCharsets.UTF_8)));

      Refusal refusal =
          DecoderScript.refusal(SETUP, ClientFrames.frame(true, 4, Opcode.TEXT, payload));
      assertThat(refusal.violation()).isEqualTo(Violation.utf8("text that is not UTF-8"));
      assertThat(refusal.at()).isLessThan(payload.length - 100);
    }

    @Test
    void textThatEndsInsideACharacter() {
      byte[] frame = ClientFrames.frame(true, 4, Opcode.TEXT, Deflated.of(hex("61 c3")));

      assertThat(DecoderScript.refusal(SETUP, frame))
          .isEqualTo(
              new Refusal(frame.length - 1, Violation.utf8("text that ends inside a character")));
    }

    @Test
    void aMessageThatIsTooBigOnceInflated() {
      assertThat(read(SETUP, Deflated.text(dense(5_001))))
          .containsExactly(Seen.violation(Violation.tooBig("a message over 5000 bytes")));
    }

    @Test
    void aBombAtOnceAndWithoutInflatingIt() {
      Setup roomy = new Setup(new WireLimits(1 << 20, 1 << 20, 100), NO_TAKEOVER, 10);
      byte[] bomb = Deflated.text(" ".repeat(1 << 20));
      assertThat(bomb).hasSizeLessThan(1200);

      // DecoderScript bounds the memory, too.
      assertThat(read(new Setup(new WireLimits(1 << 20, 5000, 100), NO_TAKEOVER, 1000), bomb))
          .containsExactly(Seen.violation(Violation.tooBig("a message over 5000 bytes")));
      assertThat(read(roomy, bomb))
          .containsExactly(Seen.violation(Violation.tooBig("a message that inflates too far")));
    }

    /** Blocks of nothing inflate to nothing: their own length is what ends them. */
    @Test
    void anEndlessMessageOfNothing() {
      byte[] nothing =
          ClientFrames.join(new byte[] {0, 0, 0, -1, -1}, new byte[] {0, 0, 0, -1, -1});
      byte[] first = ClientFrames.frame(false, 4, Opcode.TEXT, nothing);
      byte[] more = ClientFrames.frame(false, 0, Opcode.CONTINUATION, nothing);

      assertThat(
              read(
                  new Setup(new WireLimits(100, 35, 100), NO_TAKEOVER, 100),
                  first,
                  more,
                  more,
                  more))
          .containsExactly(Seen.violation(Violation.tooBig("a message over 35 bytes")));
    }
  }
}
