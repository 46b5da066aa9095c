package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Messages that the server compresses (RFC 7692 §7.2.1)")
final class MessageDeflaterTest {
  private static final byte[] REPEATED =
      "{\"n\":12345}".repeat(100).getBytes(StandardCharsets.UTF_8);

  /** A compressed payload is never empty. */
  static final byte[] AS_IT_IS = {};

  private final DeflateContexts contexts = new DeflateContexts(6, 100);
  private final MessageDeflater deflater = deflater(false, 0);

  private MessageDeflater deflater(boolean takeover, int windowBits) {
    return contexts.deflater(new PerMessageDeflate(takeover, takeover, windowBits, 0));
  }

  @AfterEach
  void release() {
    deflater.release();
    contexts.close();
  }

  /** The payload; {@link #AS_IT_IS} where the message goes as it is. All memory is given back. */
  static byte[] deflated(MessageDeflater deflater, byte[] message) {
    if (!deflater.suits(message.length)) {
      return AS_IT_IS;
    }
    var allocator = new UnpooledByteBufAllocator(true, true);
    int half = message.length / 2;
    ByteBuf out =
        deflater.deflate(
            allocator,
            ByteBuffer.wrap(message, 0, half),
            ByteBuffer.wrap(message, half, message.length - half));
    byte[] payload = out == null ? AS_IT_IS : ByteBufUtil.getBytes(out);
    if (out != null) {
      out.release();
    }
    assertThat(DecoderScript.used(allocator)).isZero();
    return payload;
  }

  @Test
  void leavesNothingOfTheFlushBehind() {
    byte[] payload = deflated(deflater, REPEATED);

    assertThat(payload).hasSizeLessThan(60);
    assertThat(payload[payload.length - 1]).isZero();
    assertThat(Deflated.inflated(payload)).isEqualTo(REPEATED);
  }

  @Test
  void startsEachMessageAnewWithoutTakeover() {
    byte[] first = deflated(deflater, REPEATED);

    assertThat(deflated(deflater, REPEATED)).isEqualTo(first);
    assertThat(deflated(deflater(false, 0), REPEATED)).isEqualTo(first);
  }

  @Test
  void refersToTheMessagesBeforeWithTakeover() {
    MessageDeflater keeping = deflater(true, 15);
    byte[] message = "{\"type\":\"pong\",\"node\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    Deflated client = new Deflated();

    byte[] first = deflated(keeping, message);
    byte[] second = deflated(keeping, message);

    assertThat(second).hasSizeLessThan(first.length / 2);
    assertThat(client.read(first)).isEqualTo(message);
    assertThat(client.read(second)).isEqualTo(message);
    keeping.release();
  }

  @Test
  void leavesAMessageAsItIsThatWouldGainNothing() {
    byte[] dense = new byte[1000];
    new Random(1).nextBytes(dense);

    assertThat(deflated(deflater, dense)).isSameAs(AS_IT_IS);
    assertThat(deflated(deflater, REPEATED)).as("the next").isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 63, 1024 * 1024 + 1})
  void leavesAMessageAsItIsThatIsShortOrVeryLong(int length) {
    assertThat(deflater.suits(length)).isFalse();
  }

  @Test
  void takesEvenShortOnesWithTakeover() {
    MessageDeflater keeping = deflater(true, 15);

    assertThat(keeping.suits(1)).isTrue();
    assertThat(keeping.suits(0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 14})
  void leavesAMessageAsItIsThatIsLongerThanTheWindow(int windowBits) {
    MessageDeflater narrow = deflater(true, windowBits);

    assertThat(narrow.suits(1 << windowBits)).isTrue();
    assertThat(narrow.suits((1 << windowBits) + 1)).isFalse();
  }

  @Test
  void takesNoContextOverThatWouldNotFitTheWindow() {
    MessageDeflater narrow = deflater(true, 10);
    byte[] message = "0123456789".repeat(10).getBytes(StandardCharsets.UTF_8);

    assertThat(deflated(narrow, message)).isEqualTo(deflated(narrow, message));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 1000, 16_384, 100_000})
  void staysWithinItsBufferWhateverTheMessage(int length) {
    byte[] dense = new byte[length];
    new Random(length).nextBytes(dense);
    MessageDeflater keeping = deflater(true, 15);

    assertThat(Deflated.inflated(deflated(keeping, dense))).isEqualTo(dense);
    keeping.release();
  }
}
