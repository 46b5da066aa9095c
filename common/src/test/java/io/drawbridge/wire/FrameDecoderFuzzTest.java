package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.drawbridge.wire.DecoderScript.Setup;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes from a client: the same events at any split, no exception, bounded memory, all of it
 * given back ({@link DecoderScript} sees to that); and what was read, written and sent again, is
 * read again.
 *
 * <p>The first bytes of an input choose limits, compression and splits, so that those are searched,
 * too. The seeds lie among the test resources; how to search longer is in CONTRIBUTING.md.
 */
final class FrameDecoderFuzzTest {
  private static final int CHOICES = 4;
  private static final int COMPRESSION = 0x10;
  private static final int TAKEOVER = 0x20;

  @FuzzTest(maxDuration = "10s")
  void readsAnyBytes(byte[] input) {
    if (input.length < CHOICES) {
      return;
    }
    int size = 1 << (input[0] & 0x0F);
    WireLimits limits = new WireLimits(size << (input[1] & 3), size, 1 + (input[2] & 0xFF));
    byte[] bytes = Arrays.copyOfRange(input, CHOICES, input.length);

    Setup setup = new Setup(limits, deflate(input[0]), 1 + (input[1] >>> 2 & 0x1F));
    List<Seen> seen = DecoderScript.read(setup, input[3], bytes);

    seen.forEach(FrameDecoderFuzzTest::readsItAgain);
  }

  private static @Nullable PerMessageDeflate deflate(int choice) {
    boolean takeover = (choice & TAKEOVER) != 0;
    return (choice & COMPRESSION) == 0 ? null : new PerMessageDeflate(takeover, takeover, 0, 0);
  }

  /** As a server would write it, and then as a client would. */
  private static void readsItAgain(Seen seen) {
    switch (seen.event()) {
      case TEXT -> {
        ByteBuf out = Unpooled.buffer();
        FrameEncoder.text(out, seen.what());
        assertThat(sentAgain(out)).containsExactly(seen);
      }
      case BINARY -> assertThat(sentAgain(Opcode.BINARY, seen)).containsExactly(seen);
      case PING -> assertThat(sentAgain(Opcode.PING, seen)).containsExactly(seen);
      case PONG -> assertThat(sentAgain(Opcode.PONG, seen)).containsExactly(seen);
      case CLOSE, VIOLATION, MORE -> {}
    }
  }

  private static List<Seen> sentAgain(int opcode, Seen seen) {
    byte[] payload = HexFormat.of().parseHex(seen.what());
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.header(out, opcode, payload.length);
    return sentAgain(out.writeBytes(payload));
  }

  private static List<Seen> sentAgain(ByteBuf out) {
    byte[][] frames =
        ServerFrame.readAll(ByteBufUtil.getBytes(out)).stream()
            .map(frame -> ClientFrames.of(frame.opcode(), frame.payload()).bytes())
            .toArray(byte[][]::new);
    return DecoderScript.read(frames);
  }
}
