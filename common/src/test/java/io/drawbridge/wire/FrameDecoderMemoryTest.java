package io.drawbridge.wire;

import static io.drawbridge.wire.DecoderScript.ROOMY;
import static io.drawbridge.wire.DecoderScript.used;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.FrameDecoder.Event;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FrameDecoderMemoryTest {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final FrameDecoder decoder = new FrameDecoder(ROOMY, allocator);

  private Event next(byte[] bytes) {
    return decoder.next(Unpooled.copiedBuffer(bytes));
  }

  @Test
  void needsNoMemoryForAMessageThatLiesWholeInTheBuffer() {
    ByteBuf in = Unpooled.copiedBuffer(ClientFrames.text("hello"));

    assertThat(decoder.next(in)).isEqualTo(Event.TEXT);

    assertThat(used(allocator)).isZero();
    in.setByte(in.writerIndex() - 1, '!');
    assertThat(decoder.payload().text()).as("the read buffer's own bytes").isEqualTo("hell!");
  }

  @Test
  void needsNoMemoryForAHeaderThatPromisesMuch() {
    assertThat(next(ClientFrames.of(Opcode.BINARY).declaring(1 << 20).bytes()))
        .isEqualTo(Event.MORE);

    assertThat(used(allocator)).isZero();
  }

  @Test
  void growsWithWhatArrivedAndNotWithWhatTheHeaderPromises() {
    next(ClientFrames.of(Opcode.BINARY).key(0).declaring(1 << 20).bytes());
    for (int arrived = 1; arrived <= 5000; arrived++) {
      next(new byte[1]);
      assertThat(used(allocator)).isBetween((long) arrived, 64 + 2L * arrived);
    }
    decoder.release();
    assertThat(used(allocator)).isZero();
  }

  @Test
  void keepsAGatheredMessageUntilTheNextCall() {
    next(ClientFrames.firstText("ab"));
    assertThat(next(ClientFrames.last("cd"))).isEqualTo(Event.TEXT);

    assertThat(decoder.payload().text()).isEqualTo("abcd");
    assertThat(used(allocator)).isPositive();

    assertThat(next(new byte[0])).isEqualTo(Event.MORE);
    assertThat(used(allocator)).isZero();
    assertThat(decoder.payload().length()).isZero();
  }

  @Test
  void leavesAGatheredMessageToWhoeverHoldsASlice() {
    next(ClientFrames.firstText("ab"));
    next(ClientFrames.last("cd"));
    ByteBuf slice = decoder.payload().retainedSlice();

    next(ClientFrames.firstText("xyz"));
    decoder.release();

    assertThat(slice.toString(StandardCharsets.UTF_8)).isEqualTo("abcd");
    slice.release();
    assertThat(used(allocator)).isZero();
  }

  @Test
  void givesMemoryBackInTheMiddleOfAMessage() {
    next(ClientFrames.firstText("ab"));
    assertThat(used(allocator)).isPositive();

    decoder.release();

    assertThat(used(allocator)).isZero();
  }

  @Test
  void givesMemoryBackAfterAViolationInsideAMessage() {
    next(ClientFrames.firstText("ab"));
    assertThat(next(ClientFrames.text("cd"))).isEqualTo(Event.VIOLATION);

    decoder.release();

    assertThat(used(allocator)).isZero();
  }

  @Test
  void givesMemoryBackAfterACloseInsideAMessage() {
    next(ClientFrames.firstText("ab"));
    assertThat(next(ClientFrames.close())).isEqualTo(Event.CLOSE);

    decoder.release();

    assertThat(used(allocator)).isZero();
  }

  @Test
  void mayBeReleasedTwice() {
    next(ClientFrames.firstText("ab"));
    next(ClientFrames.last("cd"));

    decoder.release();
    decoder.release();

    assertThat(used(allocator)).isZero();
    assertThat(decoder.payload().length()).isZero();
  }

  static Named<?>[] allocators() {
    return new Named<?>[] {
      Named.of("pooled heap", new PooledByteBufAllocator(false)),
      Named.of("pooled direct", new PooledByteBufAllocator(true)),
      Named.of("adaptive heap", new AdaptiveByteBufAllocator(false)),
      Named.of("adaptive direct", new AdaptiveByteBufAllocator(true)),
      Named.of("unpooled direct", new UnpooledByteBufAllocator(true))
    };
  }

  /** What the message was gathered in is shared by others, and read buffers come from there too. */
  @ParameterizedTest
  @MethodSource("allocators")
  void readsFromAndGathersInTheMemoryOfAnyAllocator(ByteBufAllocator any) {
    var reader = new FrameDecoder(ROOMY, any);
    ByteBuf other = any.buffer(100).writeZero(100);
    byte[] frames =
        ClientFrames.join(
            ClientFrames.text("in place, é"),
            ClientFrames.firstText("gathered, "),
            ClientFrames.last("é"));
    int half = frames.length - 3;

    ByteBuf in = any.buffer(frames.length).writeBytes(frames, 0, half);
    assertThat(reader.next(in)).isEqualTo(Event.TEXT);
    assertThat(reader.payload().text()).isEqualTo("in place, é");
    assertThat(reader.next(in)).isEqualTo(Event.MORE);
    in.clear().writeBytes(Arrays.copyOfRange(frames, half, frames.length));
    assertThat(reader.next(in)).isEqualTo(Event.TEXT);
    assertThat(reader.payload().text()).isEqualTo("gathered, é");
    ByteBuf gathered = reader.payload().retainedSlice();
    reader.release();

    assertThat(gathered.refCnt()).as("the slice alone holds it").isEqualTo(1);
    assertThat(gathered.release()).isTrue();
    assertThat(in.release()).isTrue();
    assertThat(other).isEqualTo(Unpooled.wrappedBuffer(new byte[100]));
    assertThat(other.release()).isTrue();
  }
}
