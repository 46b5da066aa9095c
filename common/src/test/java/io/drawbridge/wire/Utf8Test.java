package io.drawbridge.wire;

import static io.drawbridge.wire.Utf8Reference.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("UTF-8 (RFC 3629)")
final class Utf8Test {
  /** Either side of each bound that a continuation byte may have. */
  private static final byte[] BOUNDS = bytes("00 7F 80 8F 90 9F A0 BF C0 FF");

  private static boolean isValid(byte[] bytes) {
    var utf8 = new Utf8();
    return utf8.accept(Unpooled.wrappedBuffer(bytes), 0, bytes.length) && utf8.complete();
  }

  /** The first byte that is refused when they come one by one; -1 if none is. */
  private static int refusedAt(byte[] bytes) {
    var utf8 = new Utf8();
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (!utf8.accept(buffer, i, 1)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void startsBetweenCharacters() {
    assertThat(new Utf8().complete()).isTrue();
  }

  @Test
  @DisplayName("§4: accepts every character that there is")
  void acceptsEveryScalarValue() {
    StringBuilder text = new StringBuilder();
    for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
      if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
        text.appendCodePoint(code);
      }
    }
    byte[] all = text.toString().getBytes(StandardCharsets.UTF_8);

    assertThat(isValid(all)).isTrue();
    assertThat(refusedAt(all)).isEqualTo(-1);
  }

  @ParameterizedTest(name = "U+{0} is {1}")
  @CsvSource({
    "0, 00",
    "7F, 7F",
    "80, C2 80",
    "7FF, DF BF",
    "800, E0 A0 80",
    "FFF, E0 BF BF",
    "1000, E1 80 80",
    "CFFF, EC BF BF",
    "D000, ED 80 80",
    "D7FF, ED 9F BF",
    "E000, EE 80 80",
    "FFFE, EF BF BE",
    "FFFF, EF BF BF",
    "10000, F0 90 80 80",
    "3FFFF, F0 BF BF BF",
    "40000, F1 80 80 80",
    "FFFFF, F3 BF BF BF",
    "100000, F4 80 80 80",
    "10FFFF, F4 8F BF BF"
  })
  @DisplayName("§3, §4: the bounds of each length")
  void acceptsTheBoundsOfEachLength(String code, String hex) {
    byte[] encoded = bytes(hex);
    assertThat(Character.toString(Integer.parseInt(code, 16)).getBytes(StandardCharsets.UTF_8))
        .isEqualTo(encoded);

    assertThat(isValid(encoded)).isTrue();
  }

  @ParameterizedTest(name = "{0}, known at byte {1}")
  @CsvSource({
    "80, 0",
    "BF, 0",
    "C0 80, 0",
    "C1 BF, 0",
    "E0 80 80, 1",
    "E0 9F BF, 1",
    "F0 80 80 80, 1",
    "F0 8F BF BF, 1",
    "F5 80 80 80, 0",
    "F8 88 80 80 80, 0",
    "FC 84 80 80 80 80, 0",
    "FE, 0",
    "FF, 0",
    "ED A0 80, 1",
    "ED BF BF, 1",
    "F4 90 80 80, 1",
    "C2 7F, 1",
    "C2 C0, 1",
    "E1 80 7F, 2",
    "E1 80 C0, 2",
    "F1 80 80 7F, 3",
    "F1 80 80 C0, 3",
    "C2 C2 80, 1",
    "41 80, 1",
    "C3 A9 80, 2"
  })
  @DisplayName("§3, §10: overlong forms, surrogates, > 10FFFF and stray bytes, at once")
  void refusesWhatIsNotUtf8AtTheByteThatProvesIt(String hex, int at) {
    assertThat(refusedAt(bytes(hex))).isEqualTo(at);
    assertThat(isValid(bytes(hex))).isFalse();
  }

  @Test
  @DisplayName("§4: every lead byte, with continuations at every bound")
  void agreesWithTheJdkOnEveryLeadByte() {
    for (int lead = 0; lead < 256; lead++) {
      for (byte second : BOUNDS) {
        byte[] start = {(byte) lead, second};
        assertThat(refusedAt(start)).as(hex(start)).isEqualTo(Utf8Reference.lostAt(start));
        for (byte third : BOUNDS) {
          for (byte fourth : BOUNDS) {
            byte[] bytes = {(byte) lead, second, third, fourth};
            if (isValid(bytes) != Utf8Reference.isValid(bytes)) {
              throw new AssertionError(hex(bytes) + " is judged wrongly");
            }
          }
        }
      }
    }
  }

  @Test
  void findsABadByteWhereverItStandsInALongRunOfAscii() {
    for (int length = 1; length <= 40; length++) {
      for (int at = 0; at < length; at++) {
        byte[] bytes = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
        bytes[at] = (byte) 0x80;
        assertThat(isValid(bytes)).as("byte %d of %d", at, length).isFalse();
      }
    }
  }

  @Test
  void findsACharacterWhereverItStandsInALongRunOfAscii() {
    for (int before = 0; before <= 20; before++) {
      for (int after = 0; after <= 20; after++) {
        String text = "x".repeat(before) + "€" + "y".repeat(after);
        assertThat(isValid(text.getBytes(StandardCharsets.UTF_8))).as(text).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"C3 A9", "E2 82 AC", "F0 9F 98 80", "F4 8F BF BF", "E0 A0 80", "ED 9F BF"})
  void readsACharacterThatIsSplitAnywhere(String hex) {
    byte[] character = bytes(hex);
    ByteBuf buffer = Unpooled.wrappedBuffer(character);
    for (int split = 1; split < character.length; split++) {
      var utf8 = new Utf8();
      assertThat(utf8.accept(buffer, 0, split)).isTrue();
      assertThat(utf8.complete()).as("complete after %d bytes", split).isFalse();
      assertThat(utf8.accept(buffer, split, 0)).as("an empty piece").isTrue();
      assertThat(utf8.accept(buffer, split, character.length - split)).isTrue();
      assertThat(utf8.complete()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"C3", "E2", "E2 82", "F0", "F0 9F", "F0 9F 98"})
  @DisplayName("§3: a character is not complete without its last byte")
  void doesNotTakeHalfACharacterForAWholeOne(String hex) {
    byte[] half = bytes(hex);
    var utf8 = new Utf8();

    assertThat(utf8.accept(Unpooled.wrappedBuffer(half), 0, half.length)).isTrue();
    assertThat(utf8.complete()).isFalse();
  }

  @ParameterizedTest(name = "after {0}")
  @ValueSource(strings = {"E0", "ED", "F0", "F4", "E2 82"})
  @DisplayName("forgets half a character, and what it allowed next, when reset")
  void forgetsHalfACharacterWhenReset(String hex) {
    byte[] half = bytes(hex);
    var utf8 = new Utf8();
    assertThat(utf8.accept(Unpooled.wrappedBuffer(half), 0, half.length)).isTrue();

    utf8.reset();

    assertThat(utf8.complete()).isTrue();
    byte[] widest = bytes("C2 80 DF BF");
    assertThat(utf8.accept(Unpooled.wrappedBuffer(widest), 0, widest.length)).isTrue();
    assertThat(utf8.complete()).isTrue();
  }

  @Test
  void readsOnlyThePartThatItIsGiven() {
    byte[] bytes = bytes("80 80 C3 A9 80 80");
    var utf8 = new Utf8();

    assertThat(utf8.accept(Unpooled.wrappedBuffer(bytes), 2, 2)).isTrue();
    assertThat(utf8.complete()).isTrue();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
