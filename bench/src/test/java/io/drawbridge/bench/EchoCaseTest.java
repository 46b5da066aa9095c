package io.drawbridge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EchoCaseTest {

  @Test
  void readsWhatItIsCalledOnTheCommandLine() {
    assertThat(EchoCase.parse("1024:64x16")).isEqualTo(new EchoCase(1024, 64, 16));
    assertThat(EchoCase.parse("1024:64x16")).hasToString("1 KiB 64×16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "16:64", "16:64x0", "16:64x1x1", "a:1x1"})
  void refusesWhatIsNoCase(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> EchoCase.parse(text));
  }
}
