package io.drawbridge.deploy.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "ws://localhost:8765/, false, localhost, 8765, /",
    "ws://localhost, false, localhost, 80, /",
    "WSS://example.com/a%20b?c=d, true, example.com, 443, /a%20b?c=d",
  })
  void isWhatTheUrlSays(String url, boolean isSecure, String host, int port, String uri) {
    assertThat(Target.of(url, null, null, null))
        .isEqualTo(new Target(isSecure, host, port, uri, null, null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "http://localhost/",
        "ws:/x",
        "ws://",
        "ws://a b/",
        "ws://u:p@localhost/",
        "ws://localhost/#f"
      })
  void refusesWhatIsNoPlaceToConnectTo(String url) {
    assertThatThrownBy(() -> Target.of(url, null, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("URL must");
  }

  @ParameterizedTest
  @CsvSource({
    "ws://localhost/, ca.pem,,",
    "wss://localhost/,, cert.pem,",
    "wss://localhost/,,, key.pem",
  })
  void refusesCertificatesThatDoNotGoTogether(String url, Path ca, Path cert, Path key) {
    assertThatThrownBy(() -> Target.of(url, ca, cert, key))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
