package io.drawbridge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BusTrafficTest {
  @Test
  void aShortFrameHasItsLengthInSevenBits() {
    ByteBuffer frame = BusTraffic.publish(10);

    assertThat(frame.get(1) & 0x7F).isEqualTo(frame.remaining() - 6).isLessThan(126);
  }

  @Test
  void aLongerFrameHasItsLengthInSixteenBits() {
    ByteBuffer frame = BusTraffic.publish(200);

    assertThat(frame.get(1) & 0x7F).isEqualTo(126);
    assertThat(frame.getShort(2)).isEqualTo((short) (frame.remaining() - 8));
  }

  @Test
  void aRequestAsksForAnAnswer() {
    String text = StandardCharsets.US_ASCII.decode(BusTraffic.request(3)).toString();

    assertThat(text)
        .endsWith(
            "{\"type\":\"send\",\"address\":\"echo\",\"replyAddress\":\"r\",\"body\":\"xxx\"}");
  }
}
