package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PayloadTest {
  private final ByteBuf memory = Unpooled.copiedBuffer("..héllo..", StandardCharsets.UTF_8);
  private final Payload payload = new Payload();

  @Test
  void isEmptyAtFirst() {
    assertThat(payload.length()).isZero();
    assertThat(payload.text()).isEmpty();
    assertThat(payload.closeCode()).isEqualTo(CloseCode.NO_STATUS);
  }

  @Test
  void showsItsPartOfTheMemoryAlone() {
    payload.set(memory, 2, 6);

    ByteBuf out = Unpooled.buffer();
    payload.writeTo(out);
    assertThat(payload.length()).isEqualTo(6);
    assertThat(payload.text()).isEqualTo("héllo");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("héllo");
    assertThat(memory.readerIndex()).isZero();
  }

  @Test
  void canBeReadAgainAndAgain() {
    payload.set(memory, 2, 6);

    ByteBuf out = Unpooled.buffer();
    payload.writeTo(out);
    payload.writeTo(out);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("héllohéllo");
  }

  @Test
  void givesASliceThatOutlivesTheReadersOwnHold() {
    payload.set(memory, 2, 6);

    ByteBuf slice = payload.retainedSlice();
    assertThat(memory.refCnt()).isEqualTo(2);
    memory.release();
    assertThat(slice.toString(StandardCharsets.UTF_8)).isEqualTo("héllo");
    slice.release();
    assertThat(memory.refCnt()).isZero();
  }

  @Test
  void sharesItsMemoryWithTheSlice() {
    payload.set(memory, 2, 6);

    ByteBuf slice = payload.retainedSlice();
    memory.setByte(2, 'H');
    assertThat(slice.toString(StandardCharsets.UTF_8)).isEqualTo("Héllo");
    slice.release();
  }

  @Test
  void readsACloseCodeInNetworkByteOrder() {
    payload.set(Unpooled.copiedBuffer(new byte[] {9, 0x13, (byte) 0x87, 9}), 1, 2);

    assertThat(payload.closeCode()).isEqualTo(4999);
  }

  @Test
  void readsACloseCodeWithItsHighestBitSet() {
    payload.set(Unpooled.copiedBuffer(new byte[] {(byte) 0xFF, (byte) 0xFE}), 0, 2);

    assertThat(payload.closeCode()).isEqualTo(0xFFFE);
  }

  @Test
  void hasNoCloseCodeInOneByte() {
    payload.set(memory, 2, 1);

    assertThat(payload.closeCode()).isEqualTo(CloseCode.NO_STATUS);
  }

  @Test
  void showsNothingOnceCleared() {
    payload.set(memory, 2, 6);
    payload.clear();

    assertThat(payload.length()).isZero();
    assertThat(payload.text()).isEmpty();
  }
}
