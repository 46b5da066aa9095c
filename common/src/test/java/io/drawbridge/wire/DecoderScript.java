package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.FrameDecoder.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the same bytes to decoders whole, byte by byte and at random splits, from heap, direct and
 * sliced memory, and insists that all see the same, stay within bounds and give all memory back.
 */
final class DecoderScript {
  /** Limits that no short test reaches. */
  static final WireLimits ROOMY = new WireLimits(1 << 20, 1 << 20, 1000);

  private static final byte JUNK = (byte) 0xA5;
  private static final int AROUND = 11;

  /** The smallest capacity that a buffer of Netty's grows to. */
  private static final int SMALLEST = 64;

  /** More than the longest header, so that a frame's own is read in one go. */
  private static final byte[] WHATEVER = new byte[20];

  private DecoderScript() {}

  /**
   * What the decoders are made with.
   *
   * @param deflate what was agreed on; null for no compression
   * @param maxRatio see {@link DeflateContexts}
   */
  record Setup(WireLimits limits, @Nullable PerMessageDeflate deflate, int maxRatio) {

    FrameDecoder decoder(ByteBufAllocator allocator) {
      return deflate == null
          ? new FrameDecoder(limits, allocator)
          : new FrameDecoder(limits, allocator, new DeflateContexts(6, maxRatio).inflater(deflate));
    }

    /** The most memory that so many bytes may make it use. */
    long bound(long bytes) {
      long content = deflate == null ? Math.min(bytes, limits.messageSize()) : limits.messageSize();
      return SMALLEST + 2 * content;
    }
  }

  /** Where the bytes of one read lie, with junk before and behind that nobody may touch. */
  private enum Memory {
    HEAP,
    DIRECT,
    SLICE;

    ByteBuf piece(byte[] all, int from, int count) {
      int size = count + 2 * AROUND;
      ByteBuf around = this == DIRECT ? Unpooled.directBuffer(size) : Unpooled.buffer(size);
      for (int i = 0; i < size; i++) {
        around.writeByte(i < AROUND || i >= AROUND + count ? JUNK : all[from + i - AROUND]);
      }
      return this == SLICE ? around.slice(AROUND, count) : around.setIndex(AROUND, AROUND + count);
    }

    void checkJunk(ByteBuf piece, int count) {
      ByteBuf around = this == SLICE ? piece.unwrap() : piece;
      for (int i = 0; i < AROUND; i++) {
        assertThat(around.getByte(i)).isEqualTo(JUNK);
        assertThat(around.getByte(AROUND + count + i)).isEqualTo(JUNK);
      }
    }
  }

  /** The byte whose coming makes a violation known, and the violation. */
  record Refusal(int at, Violation violation) {}

  /** All events that the bytes make, however they arrive. */
  static List<Seen> read(byte[]... frames) {
    return read(ROOMY, frames);
  }

  static List<Seen> read(WireLimits limits, byte[]... frames) {
    return read(limits, 1, frames);
  }

  /**
   * @param seed where the random splits start from
   */
  static List<Seen> read(WireLimits limits, long seed, byte[]... frames) {
    return read(new Setup(limits, null, 1), seed, frames);
  }

  static List<Seen> read(Setup setup, long seed, byte[]... frames) {
    byte[] all = ClientFrames.join(frames);
    List<Seen> whole = readPieces(setup, all, Memory.HEAP, () -> all.length);
    assertThat(readPieces(setup, all, Memory.DIRECT, () -> all.length))
        .as("whole, direct memory")
        .isEqualTo(whole);
    assertThat(readPieces(setup, all, Memory.SLICE, () -> 1)).as("byte by byte").isEqualTo(whole);
    Random random = new Random(seed);
    for (int most : new int[] {3, 7, 15, 40, Math.max(1, all.length)}) {
      for (Memory memory : Memory.values()) {
        assertThat(readPieces(setup, all, memory, () -> random.nextInt(most + 1)))
            .as("pieces of 0 to %d bytes, %s", most, memory)
            .isEqualTo(whole);
      }
    }
    return whole;
  }

  /** Where and why the bytes are refused; the same at any split, and not a byte sooner or later. */
  static Refusal refusal(WireLimits limits, byte[]... frames) {
    return refusal(new Setup(limits, null, 1), frames);
  }

  static Refusal refusal(Setup setup, byte[]... frames) {
    byte[] all = ClientFrames.join(frames);
    for (int end = 1; end <= all.length; end++) {
      byte[] soFar = Arrays.copyOf(all, end);
      List<Seen> seen = read(setup, 1, soFar);
      if (!seen.isEmpty() && seen.get(seen.size() - 1).event() == Event.VIOLATION) {
        assertThat(read(setup, 1, all, WHATEVER)).as("with more behind it").isEqualTo(seen);
        return new Refusal(end - 1, violation(setup, soFar));
      }
    }
    throw new AssertionError("not refused: " + read(setup, 1, all));
  }

  static Refusal refusal(byte[]... frames) {
    return refusal(ROOMY, frames);
  }

  private static Violation violation(Setup setup, byte[] bytes) {
    var decoder = setup.decoder(Unpooled.EMPTY_BUFFER.alloc());
    ByteBuf in = Unpooled.copiedBuffer(bytes);
    while (decoder.next(in) != Event.VIOLATION) {
      assertThat(in.isReadable()).isTrue();
    }
    decoder.release();
    return decoder.violation();
  }

  private static List<Seen> readPieces(Setup setup, byte[] all, Memory memory, IntSupplier sizes) {
    var allocator = new UnpooledByteBufAllocator(memory == Memory.DIRECT, true);
    var decoder = setup.decoder(allocator);
    List<Seen> seen = new ArrayList<>();
    for (int from = 0; from < all.length; ) {
      int count = Math.min(sizes.getAsInt(), all.length - from);
      ByteBuf piece = memory.piece(all, from, count);
      readPiece(decoder, piece, seen);
      memory.checkJunk(piece, count);
      assertThat(piece.refCnt()).as("holds on to the read buffer").isEqualTo(1);
      piece.release();
      from += count;
      assertThat(used(allocator))
          .as("memory after %d bytes", from)
          .isLessThanOrEqualTo(setup.bound(from));
    }
    decoder.release();
    assertThat(used(allocator)).as("memory that is not given back").isZero();
    return seen;
  }

  private static void readPiece(FrameDecoder decoder, ByteBuf piece, List<Seen> seen) {
    int most = seen.size() + piece.readableBytes() + 1;
    for (Event event; (event = decoder.next(piece)) != Event.MORE; ) {
      seen.add(Seen.of(event, decoder));
      assertThat(seen).as("more events than bytes").hasSizeLessThanOrEqualTo(most);
    }
    assertThat(piece.isReadable()).as("bytes left behind on MORE").isFalse();
  }

  /** What the allocator has lent and not got back. */
  static long used(UnpooledByteBufAllocator allocator) {
    return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
  }
}
