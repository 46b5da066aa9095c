package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.ErrorKind;
import io.vertx.core.MultiMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {
  private static final String PROXY = "10.0.0.1";

  private final TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.0/8", "fd00::/8"));

  private static MultiMap headers(String name, String... lines) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    List.of(lines).forEach(line -> headers.add(name, line));
    return headers;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          192.0.2.1                                 | 192.0.2.1
          192.0.2.9, 192.0.2.1                      | 192.0.2.1
          192.0.2.9, 192.0.2.1, 10.0.0.2            | 192.0.2.1
          192.0.2.9, 192.0.2.1, fd00::2, 10.0.0.2   | 192.0.2.1
          192.0.2.1, ::ffff:10.0.0.2                | 192.0.2.1
          2001:DB8::1                               | 2001:db8::1
          10.0.0.3, 10.0.0.2                        | 10.0.0.3
          192.0.2.1, unknown                        | 10.0.0.1
          192.0.2.1, unknown, 10.0.0.2              | 10.0.0.2
          192.0.2.1, 10.0.0.2; drop, 10.0.0.3       | 10.0.0.3
          ,                                         | 10.0.0.1
          """)
  void theRightMostThatIsNotTrustedIsThePeer(String header, String peer) {
    assertThat(proxies.peer(PROXY, headers("X-Forwarded-For", header))).isEqualTo(peer);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          for=192.0.2.1                             | 192.0.2.1
          for=192.0.2.9, for=192.0.2.1;by=10.0.0.1  | 192.0.2.1
          for=192.0.2.1, for="[fd00::2]:80"         | 192.0.2.1
          for="x, for=192.0.2.1                     | 192.0.2.1
          for=192.0.2.1, for=_hidden, for=10.0.0.2  | 10.0.0.2
          for=192.0.2.1, proto=https                | 10.0.0.1
          """)
  void soItIsInForwarded(String header, String peer) {
    assertThat(proxies.peer(PROXY, headers("Forwarded", header))).isEqualTo(peer);
  }

  @Test
  void aLaterLineStandsToTheRight() {
    assertThat(proxies.peer(PROXY, headers("X-Forwarded-For", "192.0.2.9", "192.0.2.1")))
        .isEqualTo("192.0.2.1");
  }

  @Test
  void withoutAHeaderTheProxyIsThePeer() {
    assertThat(proxies.peer(PROXY, headers("Host", "a"))).isEqualTo(PROXY);
  }

  @Test
  void nobodyElseIsBelieved() {
    MultiMap spoofed = headers("X-Forwarded-For", "192.0.2.1").add("Forwarded", "for=192.0.2.2");

    assertThat(proxies.peer("192.0.2.66", spoofed)).isEqualTo("192.0.2.66");
    assertThat(proxies.peer("::1", spoofed)).isEqualTo("::1");
    assertThat(proxies.peer("", spoofed)).isEmpty();
    assertThat(new TrustedProxies(List.of()).peer(PROXY, spoofed)).isEqualTo(PROXY);
  }

  @Test
  void bothHeadersMaySayTheSame() {
    Handshakes both =
        Handshakes.valid()
            .header("X-Forwarded-For", "192.0.2.9, 192.0.2.1")
            .header("Forwarded", "for=192.0.2.8, for=192.0.2.1");
    String peer = proxies.peer(PROXY, both.handshake().headers());

    assertThat(peer).isEqualTo("192.0.2.1");
    assertThat(proxies.check(both.from(peer).handshake())).isEqualTo(Verdict.ADMITTED);
  }

  @ParameterizedTest
  @CsvSource({"for=192.0.2.2", "for=unknown", "for=10.0.0.7", "''"})
  void refusesWhereTheyDiffer(String forwarded) {
    Handshakes both =
        Handshakes.valid().header("X-Forwarded-For", "192.0.2.1").header("Forwarded", forwarded);
    String peer = proxies.peer(PROXY, both.handshake().headers());

    assertThat(peer).isEqualTo(PROXY);
    Verdict verdict = proxies.check(both.from(peer).handshake());
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    assertThat(((Verdict.Refused) verdict).kind()).isEqualTo(ErrorKind.BAD_HANDSHAKE);
    assertThat(((Verdict.Refused) verdict).status()).isEqualTo(400);
  }

  @Test
  void refusesNobodyForTheHeadersOfAStranger() {
    Handshakes both =
        Handshakes.valid()
            .header("X-Forwarded-For", "192.0.2.1")
            .header("Forwarded", "for=192.0.2.2")
            .from("192.0.2.66");

    assertThat(proxies.check(both.handshake())).isEqualTo(Verdict.ADMITTED);
  }
}
