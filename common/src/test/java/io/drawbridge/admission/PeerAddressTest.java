package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.IpAddress;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7",
    "::ffff:192.0.2.7, 192.0.2.7",
    "::FFFF:C000:207, 192.0.2.7",
    "0:0:0:0:0:0:0:1, ::1",
    "2001:DB8:0:0:0:0:0:7, 2001:db8::7",
    "fe80:0:0:0:1:0:0:1%eth0, fe80::1:0:0:1",
    "fe80::1%3, fe80::1",
    "::192.0.2.7, ::c000:207",
    "64:ff9b::192.0.2.7, 64:ff9b::c000:207"
  })
  void writesEachAddressInOneForm(String text, String one) {
    assertThat(IpAddress.canonical(text)).isEqualTo(one);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "a",
        "1",
        "1.2.3",
        "1.2.3.256",
        "1.2.3.4:80",
        "[::1]",
        ":",
        ":::",
        "1::2::3",
        ".:1",
        "::.",
        "g::1",
        " ::1",
        "1.2.3.4%x",
        "%",
        "::1 ",
        "1:2:3:4:5:6:7:8:9",
        "_secret",
        "unknown"
      })
  void readsNothingElse(String text) {
    assertThat(IpAddress.canonical(text)).isNull();
  }

  @Test
  void leavesThePortAndTheZoneOfASocketOut() throws Exception {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    InetAddress scoped = Inet6Address.getByAddress(null, linkLocal, 1);

    assertThat(PeerAddress.of(SocketAddress.inetSocketAddress(new InetSocketAddress(scoped, 80))))
        .isEqualTo("fe80::1");
    assertThat(PeerAddress.of(SocketAddress.inetSocketAddress(80, "::ffff:192.0.2.7")))
        .isEqualTo("192.0.2.7");
  }

  @Test
  void isEmptyForASocketThatIsGoneOrHasNone() {
    assertThat(PeerAddress.of((SocketAddress) null)).isEmpty();
    assertThat(PeerAddress.of(SocketAddress.domainSocketAddress("/run/x"))).isEmpty();
  }
}
