package io.drawbridge.wire;

import static io.drawbridge.wire.MessageInflaterTest.NO_TAKEOVER;
import static io.drawbridge.wire.MessageInflaterTest.TAKEOVER;
import static io.drawbridge.wire.MessageInflaterTest.dense;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.DecoderScript.Setup;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * For any compressed bytes, good, spoiled or no data at all: the same at any split, and bounded.
 */
final class MessageInflaterProperties {

  @Property(tries = 150)
  void seesTheSameInAnyBytesAtAnySplit(
      @ForAll("payloads") byte[] payload,
      @ForAll("cuts") List<Integer> cuts,
      @ForAll boolean takeover,
      @ForAll boolean text,
      @ForAll long seed) {
    Setup setup = new Setup(new WireLimits(6000, 6000, 5), takeover ? TAKEOVER : NO_TAKEOVER, 5);

    List<Seen> seen = DecoderScript.read(setup, seed, fragments(payload, cuts, text));

    assertThat(seen).hasSizeLessThanOrEqualTo(2);
  }

  private static byte[] fragments(byte[] payload, List<Integer> cuts, boolean text) {
    int opcode = text ? Opcode.TEXT : Opcode.BINARY;
    byte[] all = {};
    int from = 0;
    int reserved = 4;
    for (int cut : cuts.stream().mapToInt(cut -> cut % (payload.length + 1)).sorted().toArray()) {
      byte[] part = Arrays.copyOfRange(payload, from, cut);
      all = ClientFrames.join(all, ClientFrames.frame(false, reserved, opcode, part));
      from = cut;
      reserved = 0;
      opcode = Opcode.CONTINUATION;
    }
    byte[] rest = Arrays.copyOfRange(payload, from, payload.length);
    return ClientFrames.join(all, ClientFrames.frame(true, reserved, opcode, rest));
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(0, 2000).list().ofMaxSize(3);
  }

  /** Good data, good data with a byte changed or cut off, and no data at all. */
  @Provide
  Arbitrary<byte[]> payloads() {
    Arbitrary<byte[]> good =
        Combinators.combine(
                Arbitraries.of(" ", "é", "{\"a\":1}", "\u0000", "x\uD83D\uDE00"),
                Arbitraries.integers().between(0, 2000),
                Arbitraries.integers().between(0, 400),
                Arbitraries.of(0, 1, 9))
            .as(
                (repeated, times, length, level) ->
                    deflated(repeated.repeat(times) + dense(length), level));
    Arbitrary<byte[]> spoiled =
        Combinators.combine(good, Arbitraries.integers().between(0, 9999), Arbitraries.bytes())
            .as(MessageInflaterProperties::spoiled);
    return Arbitraries.oneOf(good, spoiled, Arbitraries.bytes().array(byte[].class).ofMaxSize(60));
  }

  private static byte[] deflated(String text, int level) {
    Deflater deflater = new Deflater(level, true);
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    deflater.setInput(in);
    byte[] out = new byte[in.length + 1000];
    int count = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, count - 4);
  }

  private static byte[] spoiled(byte[] good, int at, byte value) {
    byte[] spoiled = good.clone();
    if (at % 2 == 0 || spoiled.length == 0) {
      return Arrays.copyOf(spoiled, at / 2 % (spoiled.length + 1));
    }
    spoiled[at / 2 % spoiled.length] = value;
    return spoiled;
  }

  @Property(tries = 100)
  void readsWhatTheDeflaterOfTheServerMakes(
      @ForAll @Size(max = 5) List<@From("texts") String> texts, @ForAll boolean takeover) {
    PerMessageDeflate agreed = takeover ? TAKEOVER : NO_TAKEOVER;
    var deflater = new DeflateContexts(6, 100).deflater(agreed);
    Deflated client = new Deflated();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      byte[] payload = MessageDeflaterTest.deflated(deflater, bytes);
      if (payload.length > 0) {
        assertThat((takeover ? client : new Deflated()).read(payload)).isEqualTo(bytes);
      }
    }
    deflater.release();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(300),
        Arbitraries.strings().ascii().ofLength(40).map(text -> text.repeat(5)));
  }
}
