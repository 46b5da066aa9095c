package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

/**
 * For any bytes and any split: the same events, no exception, bounded memory, all of it given back
 * ({@link DecoderScript} sees to that); and what a client says is what is read.
 */
final class FrameDecoderProperties {

  /** A message in fragments, with a Ping behind each but the last. */
  record Message(String text, boolean isText, List<Integer> cuts, int key) {

    byte[] payload() {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    void send(List<byte[]> frames, List<Seen> expected) {
      byte[] payload = payload();
      int from = 0;
      int opcode = isText ? Opcode.TEXT : Opcode.BINARY;
      for (int cut : cuts.stream().mapToInt(cut -> cut % (payload.length + 1)).sorted().toArray()) {
        byte[] part = Arrays.copyOfRange(payload, from, cut);
        frames.add(ClientFrames.of(opcode, part).key(key + from).notFinal().bytes());
        frames.add(ClientFrames.ping("after " + cut));
        expected.add(Seen.ping("after " + cut));
        from = cut;
        opcode = Opcode.CONTINUATION;
      }
      byte[] rest = Arrays.copyOfRange(payload, from, payload.length);
      frames.add(ClientFrames.of(opcode, rest).key(key).bytes());
      expected.add(isText ? Seen.text(text) : Seen.binary(payload));
    }
  }

  @Provide
  Arbitrary<Message> messages() {
    Arbitrary<String> shortOrLong =
        Arbitraries.oneOf(
            Arbitraries.strings().withCharRange((char) 0, '\uD7FF').ofMaxLength(60),
            Arbitraries.strings().ascii().ofMinLength(100).ofMaxLength(300));
    return Combinators.combine(
            shortOrLong,
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 300).list().ofMaxSize(3),
            Arbitraries.integers())
        .as(Message::new);
  }

  @Property(tries = 150)
  void readsWhatTheClientSaidHoweverItWasFragmentedAndSplit(
      @ForAll @Size(max = 5) List<@From("messages") Message> messages, @ForAll long seed) {
    List<byte[]> frames = new ArrayList<>();
    List<Seen> expected = new ArrayList<>();
    messages.forEach(message -> message.send(frames, expected));

    assertThat(DecoderScript.read(DecoderScript.ROOMY, seed, frames.toArray(byte[][]::new)))
        .isEqualTo(expected);
  }

  /** Frames of which many are right, and the others wrong in one or more ways. */
  @Provide
  Arbitrary<byte[]> nearlyFrames() {
    Arbitrary<Integer> opcodes =
        Arbitraries.frequency(
            Tuple.of(6, Opcode.TEXT),
            Tuple.of(3, Opcode.BINARY),
            Tuple.of(6, Opcode.CONTINUATION),
            Tuple.of(3, Opcode.PING),
            Tuple.of(2, Opcode.CLOSE),
            Tuple.of(1, 0x5));
    Arbitrary<byte[]> payloads =
        Arbitraries.oneOf(
            Arbitraries.strings()
                .ofMaxLength(40)
                .map(text -> text.getBytes(StandardCharsets.UTF_8)),
            Arbitraries.of(1000, 1005, 3000)
                .map(code -> new byte[] {(byte) (code >> 8), code.byteValue()}),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(200));
    Arbitrary<Long> declared =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 300),
            Arbitraries.longs().between(0, 100_000),
            Arbitraries.longs());
    return Combinators.combine(
            opcodes,
            payloads,
            declared,
            Arbitraries.integers().between(0, 99),
            Arbitraries.of(2, 8))
        .as(FrameDecoderProperties::nearlyFrame);
  }

  private static byte[] nearlyFrame(
      int opcode, byte[] payload, long declared, int fault, int lengthBytes) {
    ClientFrames frame = ClientFrames.of(opcode, payload).key((int) declared);
    if ((opcode < 8) == (fault % 2 == 0)) {
      frame.notFinal();
    }
    return switch (fault / 2) {
      case 0 -> frame.unmasked().bytes();
      case 1 -> frame.reserved(4).bytes();
      case 2, 3, 4 -> frame.declaring(declared).bytes();
      case 5, 6, 7 -> frame.lengthIn(lengthBytes).bytes();
      case 8, 9, 10 -> frame.declaring(declared).lengthIn(8).bytes();
      default -> frame.bytes();
    };
  }

  @Property(tries = 1000)
  void seesTheSameInNearlyRightFramesAtAnySplit(
      @ForAll @Size(max = 12) List<@From("nearlyFrames") byte[]> frames,
      @ForAll("limits") WireLimits limits,
      @ForAll long seed) {
    List<Seen> seen = DecoderScript.read(limits, seed, frames.toArray(byte[][]::new));

    Statistics.label("last event")
        .collect(seen.isEmpty() ? "none" : seen.get(seen.size() - 1).event());
  }

  @Provide
  Arbitrary<WireLimits> limits() {
    Arbitrary<Long> sizes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 400), Arbitraries.longs().between(1, 100_000));
    return Combinators.combine(sizes, sizes, Arbitraries.longs().between(1, 4)).as(WireLimits::new);
  }

  @Property(tries = 500)
  void seesTheSameInAnyBytesAtAnySplit(@ForAll @Size(max = 200) byte[] bytes, @ForAll long seed) {
    List<Seen> seen = DecoderScript.read(new WireLimits(100, 150, 3), seed, bytes);

    assertThat(seen).hasSizeLessThanOrEqualTo(bytes.length / 2 + 1);
  }

  @Property(tries = 300)
  void writesWhatAClientReads(
      @ForAll @Size(max = 6) List<String> texts,
      @ForAll @IntRange(max = 70_000) int length,
      @ForAll("codes") int code) {
    ByteBuf out = Unpooled.buffer();
    List<ServerFrame> expected = new ArrayList<>();
    for (String text : texts) {
      FrameEncoder.text(out, text);
      // getBytes writes "?" for half a surrogate pair, as FrameEncoder does.
      expected.add(new ServerFrame(Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }
    FrameEncoder.header(out, Opcode.BINARY, length);
    out.writeZero(length);
    expected.add(new ServerFrame(Opcode.BINARY, new byte[length]));
    FrameEncoder.close(out, code, "bye");
    byte[] close = {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'};
    expected.add(new ServerFrame(Opcode.CLOSE, close));

    assertThat(ServerFrame.readAll(ByteBufUtil.getBytes(out))).isEqualTo(expected);
  }

  @Provide
  Arbitrary<Integer> codes() {
    return Arbitraries.integers().between(1000, 4999).filter(CloseCode::isValid);
  }
}
