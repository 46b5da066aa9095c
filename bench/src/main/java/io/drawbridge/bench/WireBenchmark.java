package io.drawbridge.bench;

import io.drawbridge.wire.FrameDecoder;
import io.drawbridge.wire.FrameEncoder;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.WireLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the wire takes for one message. Reading {@code BINARY} is unmasking; {@code ASCII} adds a
 * UTF-8 check that unmasking has done on its way; {@code MIXED} adds one of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class WireBenchmark {

  /** What a message holds. */
  public enum Content {
    BINARY,
    ASCII,
    /** One character in eight takes two bytes, one in sixteen three. */
    MIXED
  }

  /** Where its bytes are. */
  public enum Memory {
    HEAP,
    DIRECT
  }

  private static final String MIXED = "Grüße an alle, 5 € das Stück. ";
  private static final int LARGEST = 1024 * 1024;

  @Param({"16", "1024", "65536"})
  private int size;

  @Param private Content content = Content.ASCII;

  @Param private Memory memory = Memory.DIRECT;

  private FrameDecoder decoder;
  private ByteBuf whole;
  private ByteBuf begun;
  private ByteBuf rest;
  private ByteBuf out;

  @SuppressWarnings("NullAway.Init") // JMH calls prepare()
  public WireBenchmark() {}

  /** Makes the frames; their masking key is 0, so that they can be read again and again. */
  @Setup
  public void prepare() {
    int opcode = content == Content.BINARY ? Opcode.BINARY : Opcode.TEXT;
    ByteBuf frame = Unpooled.buffer(size + 14);
    frame.writeByte(0x80 | opcode);
    if (size < 126) {
      frame.writeByte(0x80 | size);
    } else if (size < 0x1_0000) {
      frame.writeByte(0x80 | 126).writeShort(size);
    } else {
      frame.writeByte(0x80 | 127).writeLong(size);
    }
    frame.writeInt(0).writeBytes(payload());
    decoder = new FrameDecoder(new WireLimits(LARGEST, LARGEST, 100), ByteBufAllocator.DEFAULT);
    whole = in(frame);
    begun = in(frame.slice(0, frame.readableBytes() / 2));
    rest = in(frame.slice(begun.capacity(), frame.readableBytes() - begun.capacity()));
    out =
        memory == Memory.HEAP
            ? Unpooled.buffer(2 * size + 64)
            : Unpooled.directBuffer(2 * size + 64);
  }

  private ByteBuf in(ByteBuf bytes) {
    int length = bytes.readableBytes();
    ByteBuf buffer =
        memory == Memory.HEAP
            ? Unpooled.buffer(length, length)
            : Unpooled.directBuffer(length, length);
    return buffer.writeBytes(bytes, bytes.readerIndex(), length);
  }

  private byte[] payload() {
    String text = content == Content.ASCII ? "plain text " : MIXED;
    byte[] bytes = text.repeat(size / text.length() + 1).getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[size];
    // A character that would be cut in two is left out.
    int length = size;
    while ((bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    System.arraycopy(bytes, 0, payload, 0, length);
    return payload;
  }

  /** A message that lies whole in what was read. */
  @Benchmark
  public FrameDecoder.Event decode() {
    return decoder.next(whole.readerIndex(0));
  }

  /** A message of which one read brings the first half and the next the other. */
  @Benchmark
  public FrameDecoder.Event decodeHalves() {
    decoder.next(begun.readerIndex(0));
    return decoder.next(rest.readerIndex(0));
  }

  /** The echo: read, and written behind a header. */
  @Benchmark
  public ByteBuf echo() {
    decoder.next(whole.readerIndex(0));
    out.clear();
    FrameEncoder.header(out, Opcode.TEXT, decoder.payload().length());
    decoder.payload().writeTo(out);
    return out;
  }
}
