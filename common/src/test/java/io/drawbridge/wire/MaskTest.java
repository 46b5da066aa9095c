package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Unmasking (RFC 6455 §5.3)")
final class MaskTest {
  private static final int LONGEST = 70;
  private static final int OFFSETS = 9;
  private static final int SIZE = OFFSETS + LONGEST + 9;
  private static final int KEY = 0x37FA213D;

  static Named<?>[] memories() {
    return new Named<?>[] {
      memory("heap", Unpooled::buffer),
      memory("direct", Unpooled::directBuffer),
      memory("slice of heap", size -> Unpooled.buffer(size + 5).slice(5, size).setIndex(0, 0)),
      memory("slice of direct", size -> Unpooled.directBuffer(size + 5).slice(5, size).clear())
    };
  }

  private static Named<IntFunction<ByteBuf>> memory(String name, IntFunction<ByteBuf> memory) {
    return Named.of(name, memory);
  }

  /** RFC 6455 §5.3 word for word, for the payload's octets from {@code position} on. */
  private static byte[] naive(byte[] bytes, int from, int length, int key, int position) {
    byte[] out = bytes.clone();
    for (int i = 0; i < length; i++) {
      out[from + i] ^= (byte) (key >>> (24 - 8 * ((position + i) % 4)));
    }
    return out;
  }

  private static boolean isAscii(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @MethodSource("memories")
  void doesWhatTheNaiveWayDoesAtEveryLengthOffsetAndPosition(IntFunction<ByteBuf> memory) {
    byte[] masked = new byte[SIZE];
    new Random(1).nextBytes(masked);
    ByteBuf buffer = memory.apply(SIZE);
    for (int length = 0; length <= LONGEST; length++) {
      for (int from = 0; from < OFFSETS; from++) {
        for (int position = 0; position < 9; position++) {
          buffer.clear().writeBytes(masked);

          boolean ascii = Mask.unmask(buffer, from, length, KEY, position);

          byte[] expected = naive(masked, from, length, KEY, position);
          assertThat(ByteBufUtil.getBytes(buffer))
              .as("%d bytes from %d at %d", length, from, position)
              .isEqualTo(expected);
          assertThat(ascii).isEqualTo(isAscii(expected, from, length));
        }
      }
    }
    buffer.release();
  }

  @ParameterizedTest
  @MethodSource("memories")
  void noticesOneByteThatIsNotAsciiWhereverItStands(IntFunction<ByteBuf> memory) {
    ByteBuf buffer = memory.apply(SIZE);
    for (int length = 1; length <= LONGEST; length++) {
      for (int odd = -1; odd <= length; odd++) {
        byte[] plain = new byte[SIZE];
        Arrays.fill(plain, (byte) 0x7F);
        // Beside the bytes at hand there may stand anything.
        plain[0] = (byte) 0x80;
        plain[length + 1] = (byte) 0x80;
        plain[odd + 1] = (byte) 0x80;
        buffer.clear().writeBytes(naive(plain, 1, length, KEY, 0));

        assertThat(Mask.unmask(buffer, 1, length, KEY, 0))
            .as("byte %d of %d", odd, length)
            .isEqualTo(odd < 0 || odd == length);
      }
    }
    buffer.release();
  }

  @Test
  @DisplayName("does not care what the position is, but for its remainder by 4, up to 2 GiB")
  void unmasksBehindALongWay() {
    byte[] masked = new byte[20];
    new Random(2).nextBytes(masked);
    for (int position = Integer.MAX_VALUE - 7; position > 0; position++) {
      ByteBuf buffer = Unpooled.copiedBuffer(masked);

      Mask.unmask(buffer, 0, masked.length, KEY, position);

      assertThat(ByteBufUtil.getBytes(buffer))
          .isEqualTo(naive(masked, 0, masked.length, KEY, position % 4));
    }
  }

  @ParameterizedTest(name = "key {0}")
  @ValueSource(ints = {0, -1, 1, 0x80, 0x8000, 0x80_0000, 0x8000_0000, 0x7FFF_FFFF, 0x0102_0304})
  void takesAnyKey(int key) {
    byte[] masked = new byte[19];
    new Random(3).nextBytes(masked);
    ByteBuf buffer = Unpooled.copiedBuffer(masked);

    Mask.unmask(buffer, 0, masked.length, key, 3);

    assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(naive(masked, 0, masked.length, key, 3));
  }

  @Test
  void leavesTheIndicesOfTheBufferAlone() {
    ByteBuf buffer = Unpooled.buffer().writeZero(30).readerIndex(4);

    Mask.unmask(buffer, 6, 20, KEY, 0);

    assertThat(buffer.readerIndex()).isEqualTo(4);
    assertThat(buffer.writerIndex()).isEqualTo(30);
  }
}
