package io.drawbridge.wire;

import static io.drawbridge.wire.DecoderScript.read;
import static io.drawbridge.wire.DecoderScript.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.drawbridge.wire.DecoderScript.Refusal;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Limits (RFC 6455 §10.4): the limit itself is allowed, one more is refused")
final class FrameDecoderLimitsTest {
  private static final int MANY = 1_000_000;

  private static WireLimits frameSize(long bytes) {
    return new WireLimits(bytes, Long.MAX_VALUE, MANY);
  }

  private static WireLimits messageSize(long bytes) {
    return new WireLimits(Long.MAX_VALUE, bytes, MANY);
  }

  private static WireLimits fragments(long frames) {
    return new WireLimits(MANY, MANY, frames);
  }

  private static Refusal tooBig(int at, String detail) {
    return new Refusal(at, Violation.tooBig(detail));
  }

  private static byte[] header(long length) {
    return ClientFrames.of(Opcode.BINARY).declaring(length).bytes();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"1", "5", "124", "125", "126", "127", "255", "256", "65535", "65536"})
  void allowsExactlyTheLimit(int size) {
    byte[] payload = new byte[size];

    assertThat(read(frameSize(size), ClientFrames.binary(payload)))
        .containsExactly(Seen.binary(payload));
    assertThat(read(messageSize(size), ClientFrames.binary(payload)))
        .containsExactly(Seen.binary(payload));
  }

  /** The byte of the header that proves a length over the limit: the first that must be over it. */
  @ParameterizedTest(name = "limit {0}, length {1}, at byte {2}")
  @CsvSource({
    "1, 2, 1",
    "124, 125, 1",
    "125, 126, 3",
    "126, 127, 3",
    "255, 256, 2",
    "200, 60000, 2",
    "256, 257, 3",
    "300, 512, 2",
    "65534, 65535, 3",
    "65535, 65536, 7",
    "65536, 65537, 9",
    "65536, 65792, 8",
    "65536, 131072, 7",
    "1000000, 16777216, 6",
    "1000000, 1099511627776, 4",
    "1000000, 72057594037927936, 2",
    "1000000, 9223372036854775807, 2",
    "9223372036854775806, 9223372036854775807, 9"
  })
  void refusesALengthAtTheFirstByteThatProvesIt(long limit, long length, int at) {
    assertThat(refusal(frameSize(limit), header(length)))
        .isEqualTo(tooBig(at, "a frame over " + limit + " bytes"));
    assertThat(refusal(messageSize(limit), header(length)))
        .isEqualTo(tooBig(at, "a message over " + limit + " bytes"));
  }

  @Test
  @DisplayName("a length in too long a form is a protocol error, whether over a limit or not")
  void judgesTheFormOfALengthBeforeItsSize() {
    byte[] frame = ClientFrames.of(Opcode.BINARY).declaring(30_000).lengthIn(8).bytes();

    assertThat(refusal(frameSize(10_000), frame))
        .isEqualTo(new Refusal(7, Violation.protocol("a length that is not in its shortest form")));
  }

  @Test
  void countsAMessageOverAllItsFragments() {
    byte[] start = ClientFrames.join(ClientFrames.firstText("1234"), ClientFrames.middle("567"));

    assertThat(read(messageSize(10), start, ClientFrames.last("890")))
        .containsExactly(Seen.text("1234567890"));
    assertThat(refusal(messageSize(10), start, ClientFrames.last("890x")))
        .isEqualTo(tooBig(start.length + 1, "a message over 10 bytes"));
  }

  @Test
  void letsAFullMessageEndWithAnEmptyFragment() {
    assertThat(read(messageSize(4), ClientFrames.firstText("1234"), ClientFrames.last("")))
        .containsExactly(Seen.text("1234"));
    byte[] first = ClientFrames.firstText("1234");
    assertThat(refusal(messageSize(4), first, ClientFrames.last("5")))
        .isEqualTo(tooBig(first.length + 1, "a message over 4 bytes"));
  }

  @Test
  @DisplayName("a fragment that, added up, would overflow a long is refused like any other")
  void doesNotOverflow() {
    byte[] first = ClientFrames.firstText("1234");
    byte[] last = ClientFrames.of(Opcode.CONTINUATION).declaring(Long.MAX_VALUE).bytes();

    assertThat(refusal(messageSize(Long.MAX_VALUE), first, last))
        .isEqualTo(tooBig(first.length + 9, "a message over " + Long.MAX_VALUE + " bytes"));
  }

  @Test
  void startsToCountAnewWithEveryMessage() {
    byte[] message = ClientFrames.join(ClientFrames.firstText("12345"), ClientFrames.last("67890"));

    assertThat(read(new WireLimits(5, 10, 2), message, message, ClientFrames.text("12345")))
        .containsExactly(Seen.text("1234567890"), Seen.text("1234567890"), Seen.text("12345"));
  }

  @ParameterizedTest(name = "frame {0}, message {1}, length {2}: {3} at byte {4}")
  @CsvSource({
    "1000, 500, 1023, a message over 500 bytes, 2",
    "500, 1000, 1023, a frame over 500 bytes, 2",
    "1000, 500, 1000, a message over 500 bytes, 2",
    "500, 500, 501, a frame over 500 bytes, 3"
  })
  @DisplayName("names the tighter of two limits, whatever the split")
  void namesTheTighterLimit(long frame, long message, int length, String detail, int at) {
    assertThat(refusal(new WireLimits(frame, message, MANY), header(length)))
        .isEqualTo(tooBig(at, detail));
  }

  @Test
  void countsWhatAMessageHoldsAlreadyWhenItNamesTheTighterLimit() {
    byte[] first = ClientFrames.firstText("x".repeat(500));
    byte[] last = ClientFrames.of(Opcode.CONTINUATION).declaring(0x1F5).bytes();

    assertThat(refusal(new WireLimits(500, 600, MANY), first, last))
        .isEqualTo(tooBig(first.length + 2, "a message over 600 bytes"));
  }

  @Test
  void countsFragments() {
    byte[] three =
        ClientFrames.join(
            ClientFrames.firstText("a"), ClientFrames.middle("b"), ClientFrames.middle(""));

    assertThat(read(fragments(4), three, ClientFrames.last("c"))).containsExactly(Seen.text("abc"));
    assertThat(refusal(fragments(3), three, ClientFrames.last("c")))
        .isEqualTo(tooBig(three.length, "more fragments than 3"));
  }

  @Test
  void allowsAWholeMessageWhereFragmentsAreNotWanted() {
    assertThat(read(fragments(1), ClientFrames.text("a"), ClientFrames.text("b")))
        .containsExactly(Seen.text("a"), Seen.text("b"));
  }

  @Test
  @DisplayName("frames without payload come to an end even where fragments are unlimited")
  void countsEmptyFragments() {
    WireLimits unlimited = new WireLimits(MANY, MANY, Long.MAX_VALUE);
    byte[] empty = empties(100);

    assertThat(read(unlimited, empty, ClientFrames.last("a"))).containsExactly(Seen.text("a"));
    assertThat(refusal(unlimited, empty, ClientFrames.middle("a"), ClientFrames.middle("")))
        .isEqualTo(tooBig(empty.length + 7 + 1, "more empty fragments than 100"));
  }

  @Test
  void countsEmptyFragmentsOfEachMessage() {
    WireLimits unlimited = new WireLimits(MANY, MANY, Long.MAX_VALUE);

    assertThat(
            read(
                unlimited,
                empties(60),
                ClientFrames.last("a"),
                ClientFrames.text(""),
                empties(60),
                ClientFrames.last("")))
        .containsExactly(Seen.text("a"), Seen.text(""), Seen.text(""));
  }

  /** The beginning of a message of so many frames, all of them empty. */
  private static byte[] empties(int count) {
    byte[][] frames = new byte[count][];
    Arrays.fill(frames, ClientFrames.middle(""));
    frames[0] = ClientFrames.firstText("");
    return ClientFrames.join(frames);
  }

  @Test
  void doesNotCountControlFramesAsFragments() {
    assertThat(
            read(
                fragments(2),
                ClientFrames.firstText("a"),
                ClientFrames.ping("1"),
                ClientFrames.pong("2"),
                ClientFrames.last("b")))
        .containsExactly(Seen.ping("1"), Seen.pong("2"), Seen.text("ab"));
  }

  @Test
  void doesNotHoldControlFramesToTheLimitsOfData() {
    assertThat(
            read(
                new WireLimits(1, 1, 1),
                ClientFrames.ping("x".repeat(125)),
                ClientFrames.text("a")))
        .containsExactly(Seen.ping("x".repeat(125)), Seen.text("a"));
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0", "-1, 1, 1"})
  void refusesALimitBelowOne(long frame, long message, long fragments) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WireLimits(frame, message, fragments))
        .withMessage("limits must be at least 1");
  }
}
