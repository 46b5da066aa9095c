package io.drawbridge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.FrameDecoder;
import io.drawbridge.wire.FrameEncoder;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.WireLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EchoTrafficTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 125, 126, 1024, 65_535, 65_536, 300_000})
  void expectsWhatDrawbridgesOwnWireAnswers(int payload) {
    EchoTraffic traffic = new EchoTraffic(payload);
    WireLimits limits = new WireLimits(payload, payload, 1);
    FrameDecoder decoder = new FrameDecoder(limits, UnpooledByteBufAllocator.DEFAULT);
    ByteBuf frame = Unpooled.copiedBuffer(traffic.frames).slice(0, traffic.frameLength);

    assertThat(decoder.next(frame)).isEqualTo(FrameDecoder.Event.TEXT);

    String text = decoder.payload().text();
    assertThat(text).hasSize(payload);
    ByteBuf echo = Unpooled.buffer();
    FrameEncoder.text(echo, EchoTraffic.PREFIX + text);
    assertThat(Unpooled.wrappedBuffer(traffic.echoes).slice(0, traffic.echoLength)).isEqualTo(echo);
    assertThat(decoder.next(frame)).as("nothing behind it").isEqualTo(FrameDecoder.Event.MORE);
    assertThat(echo.getByte(0)).isEqualTo((byte) (0x80 | Opcode.TEXT));
  }
}
