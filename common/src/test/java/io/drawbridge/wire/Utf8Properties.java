package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

final class Utf8Properties {

  /** Bytes that are often right, and if wrong, then near one of RFC 3629's bounds. */
  @Provide
  Arbitrary<byte[]> nearlyUtf8() {
    Arbitrary<byte[]> right =
        Arbitraries.strings()
            .withCharRange((char) 0, '\uD7FF')
            .ofMaxLength(12)
            .map(text -> text.getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> beyond =
        Arbitraries.integers()
            .between(0x1_0000, 0x10_FFFF)
            .map(code -> Character.toString(code).getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> ascii =
        Arbitraries.integers()
            .between(0, 30)
            .map(length -> "x".repeat(length).getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> bounds =
        Arbitraries.of(
                0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0,
                0xF4, 0xF5, 0xFF)
            .map(octet -> new byte[] {octet.byteValue()});
    return Arbitraries.frequencyOf(
            Tuple.of(6, right), Tuple.of(3, beyond), Tuple.of(3, ascii), Tuple.of(1, bounds))
        .list()
        .ofMaxSize(8)
        .map(parts -> ClientFrames.join(parts.toArray(byte[][]::new)));
  }

  @Property(tries = 1500)
  void judgesAsTheJdkDoesAtAnySplit(@ForAll("nearlyUtf8") byte[] bytes, @ForAll long seed) {
    int lostAt = Utf8Reference.lostAt(bytes);
    Statistics.label("verdict").collect(lostAt < 0);
    for (int most : new int[] {1, 3, 10, Math.max(1, bytes.length)}) {
      assertRefusedAt(bytes, lostAt, most, new Random(seed));
    }
  }

  @Property(tries = 500)
  void judgesAnyBytesAsTheJdkDoes(@ForAll List<Byte> octets) {
    byte[] bytes = new byte[octets.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = octets.get(i);
    }
    assertRefusedAt(bytes, Utf8Reference.lostAt(bytes), Math.max(1, bytes.length), new Random(1));
  }

  /** Refused with the piece that holds the byte at which all is lost, not sooner, not later. */
  private static void assertRefusedAt(byte[] bytes, int lostAt, int most, Random random) {
    var utf8 = new Utf8();
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    for (int from = 0; from < bytes.length; ) {
      int count = Math.min(random.nextInt(most) + 1, bytes.length - from);
      boolean holdsIt = lostAt >= from && lostAt < from + count;
      assertThat(utf8.accept(buffer, from, count))
          .as("%d bytes from %d, lost at %d", count, from, lostAt)
          .isEqualTo(!holdsIt);
      if (holdsIt) {
        return;
      }
      from += count;
    }
    assertThat(utf8.complete()).isEqualTo(Utf8Reference.isValid(bytes));
  }
}
