package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a message that lies whole in a read costs in garbage, from its bytes to its answer's. */
final class MessagePathTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MESSAGES_A_READ = 16;
  private static final int WARM_UP = 20_000;
  private static final int READS = 20_000;

  /** How often it is measured at most, until it is right. */
  private static final int MOST_MEASURED = 20;

  /** A String of this text alone would take more than 24 bytes, and its array more than 16. */
  private static final double LEAST_OBJECT = 16;

  private static final byte[] TEXT = "sixteen letters!".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PREFIX = "Server received: ".getBytes(StandardCharsets.US_ASCII);

  /**
   * Turns ASCII into ASCII, so that a buffer that was unmasked in place is good for another time.
   */
  private static final int KEY = 0x01010101;

  private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
  private final ByteBuf read = allocator.directBuffer();
  private final ByteBuf answer = allocator.directBuffer();
  private final FrameDecoder decoder = new FrameDecoder(new WireLimits(1024, 1024, 10), allocator);

  MessagePathTest() {
    for (int i = 0; i < MESSAGES_A_READ; i++) {
      read.writeByte(0x81).writeByte(0x80 | TEXT.length).writeInt(KEY).writeBytes(TEXT);
    }
  }

  @AfterEach
  void release() {
    decoder.release();
    read.release();
    answer.release();
  }

  private int answerAll() {
    int messages = 0;
    read.readerIndex(0);
    answer.clear();
    while (decoder.next(read) == FrameDecoder.Event.TEXT) {
      Payload payload = decoder.payload();
      FrameEncoder.header(answer, Opcode.TEXT, PREFIX.length + payload.length());
      answer.writeBytes(PREFIX);
      payload.writeTo(answer);
      messages++;
    }
    return messages;
  }

  @Test
  @DisplayName("makes no String, and no other object, of a message")
  void makesNoObjectOfAMessage() {
    for (int i = 0; i < WARM_UP; i++) {
      assertThat(answerAll()).isEqualTo(MESSAGES_A_READ);
    }
    double garbage = garbageOfAMessage();
    // The compiler works beside, and may be late where others use the machine.
    for (int i = 1; i < MOST_MEASURED && garbage >= LEAST_OBJECT / 2; i++) {
      garbage = garbageOfAMessage();
    }

    assertThat(garbage).as("bytes").isLessThan(LEAST_OBJECT / 2);
  }

  private double garbageOfAMessage() {
    long messages = 0;
    long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    for (int i = 0; i < READS; i++) {
      messages += answerAll();
    }
    long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(messages).isEqualTo((long) READS * MESSAGES_A_READ);
    return (double) allocated / messages;
  }
}
