package io.drawbridge.admission;

import static io.drawbridge.admission.Handshakes.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginCheckTest {
  private static final Verdict REFUSED =
      new Verdict.Refused(
          ErrorKind.ORIGIN_DENIED, 403, "This Origin may not connect", Map.of(), Duration.ZERO);

  private static Verdict judged(String allowed, Handshakes handshake) {
    return new OriginCheck(List.of(allowed.split(" ", -1))).check(handshake.handshake());
  }

  private static Verdict judged(String allowed, String origin) {
    return judged(allowed, valid().header("Origin", origin));
  }

  @ParameterizedTest
  @ValueSource(strings = {"self", "localhost", "https://app.example.com", "*"})
  void admitsWhatComesFromNoBrowser(String allowed) {
    assertThat(judged(allowed, valid())).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void admitsNoBrowserWhereNothingIsAllowed() {
    OriginCheck none = new OriginCheck(List.of());

    assertThat(none.check(valid().header("Origin", "http://server.example.com").handshake()))
        .isEqualTo(REFUSED);
    assertThat(none.check(valid().handshake())).isEqualTo(Verdict.ADMITTED);
  }

  @Nested
  @DisplayName("self")
  final class Self {

    @ParameterizedTest
    @CsvSource({
      "server.example.com, http://server.example.com",
      "server.example.com, https://server.example.com",
      "server.example.com:8765, http://server.example.com:8765",
      "server.example.com:80, http://server.example.com",
      "server.example.com, http://server.example.com:80",
      "server.example.com:443, https://server.example.com",
      "server.example.com:, http://server.example.com",
      "Server.Example.COM, http://sERVER.example.com",
      "192.0.2.1:8765, http://192.0.2.1:8765",
      "[2001:db8::1]:8765, http://[2001:DB8::1]:8765"
    })
    void isTheHostThatTheRequestWasSentTo(String host, String origin) {
      assertThat(judged("self", valid().header("Host", host).header("Origin", origin)))
          .isEqualTo(Verdict.ADMITTED);
    }

    @ParameterizedTest
    @CsvSource({
      "server.example.com, http://example.com",
      "server.example.com, http://evil.server.example.com",
      "server.example.com, http://server.example.com.evil.org",
      "server.example.com, http://server.example.com:8765",
      "server.example.com:8765, http://server.example.com",
      "server.example.com:8765, https://server.example.com:8766",
      "server.example.com:80, https://server.example.com",
      "localhost:8765, http://127.0.0.1:8765"
    })
    void isNoOtherHostOrPort(String host, String origin) {
      assertThat(judged("self", valid().header("Host", host).header("Origin", origin)))
          .isEqualTo(REFUSED);
    }

    @Test
    void isNobodyWithoutOneHost() {
      Handshakes own = valid().header("Origin", "http://server.example.com");

      assertThat(judged("self", own)).isEqualTo(Verdict.ADMITTED);
      assertThat(judged("self", own.without("Host"))).isEqualTo(REFUSED);
      assertThat(judged("self", own.header("Host", "server.example.com", "server.example.com")))
          .isEqualTo(REFUSED);
      assertThat(judged("self", own.header("Host", "evil@server.example.com"))).isEqualTo(REFUSED);
    }

    @Test
    void isNotAllowedUnlessItIsListed() {
      assertThat(judged("localhost", "http://server.example.com")).isEqualTo(REFUSED);
    }
  }

  @Nested
  @DisplayName("localhost")
  final class Localhost {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "http://localhost",
          "https://localhost",
          "http://LocalHost:3000",
          "http://127.0.0.1",
          "http://127.0.0.1:65535",
          "http://127.1.2.3:80",
          "http://[::1]",
          "https://[::1]:8443"
        })
    void isAnyLoopbackAddressAtAnyPort(String origin) {
      assertThat(judged("localhost", origin)).isEqualTo(Verdict.ADMITTED);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "http://localhost.evil.org",
          "http://evil.org.localhost",
          "http://127.0.0.1.evil.org",
          "http://127.0.0.256",
          "http://127evil.org",
          "http://128.0.0.1",
          "http://10.127.0.0.1",
          "http://[::2]",
          "http://localhost@evil.org",
          "http://evil.org#localhost",
          "http://evil.org"
        })
    void isNothingThatOnlyLooksLikeIt(String origin) {
      assertThat(judged("localhost", origin)).isEqualTo(REFUSED);
    }

    @Test
    void isNotAllowedUnlessItIsListed() {
      assertThat(judged("self", "http://localhost:8765")).isEqualTo(REFUSED);
    }
  }

  @Nested
  @DisplayName("an exact origin")
  final class Exact {

    @ParameterizedTest
    @CsvSource({
      "https://app.example.com, https://app.example.com",
      "https://app.example.com, https://app.example.com:443",
      "https://app.example.com:443, https://app.example.com",
      "http://app.example.com, http://app.example.com:80",
      "HTTPS://App.Example.com, https://app.example.COM",
      "https://app.example.com:8443, https://app.example.com:8443",
      "http://[2001:db8::1]:80, http://[2001:db8::1]"
    })
    void isTheSameInAnyCaseAndWithItsDefaultPort(String allowed, String origin) {
      assertThat(judged(allowed, origin)).isEqualTo(Verdict.ADMITTED);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "http://app.example.com",
          "https://app.example.com:8443",
          "https://example.com",
          "https://www.app.example.com",
          "https://app.example.com.evil.org",
          "https://app.example.comevil.org",
          "https://app.example.com."
        })
    void isNoOtherSchemeHostOrPort(String origin) {
      assertThat(judged("https://app.example.com", origin)).isEqualTo(REFUSED);
    }

    @Test
    void mayBeOneOfSeveral() {
      String allowed = "self https://a.example.com https://b.example.com";

      assertThat(judged(allowed, "https://b.example.com")).isEqualTo(Verdict.ADMITTED);
      assertThat(judged(allowed, "https://c.example.com")).isEqualTo(REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        " ",
        "*",
        "self",
        "localhost",
        "app.example.com",
        "//app.example.com",
        "https:app.example.com",
        "https://",
        "https:///",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?",
        "https://app.example.com?a=b",
        "https://app.example.com#",
        "https://app.example.com#a",
        "https://user@app.example.com",
        "https://app.example.com:port",
        "https://app.example.com:-1",
        "https://app.example.com https://app.example.com",
        "https://app.example.com, https://app.example.com",
        "https://[::1",
        "data:text/html,x",
        "%"
      })
  void refusesWhatIsNoOrigin(String junk) {
    assertThat(judged("self localhost https://app.example.com", junk)).isEqualTo(REFUSED);
  }

  @Test
  void refusesSeveralOriginsThoughEachIsAllowed() {
    Handshakes two = valid().header("Origin", "http://localhost", "http://localhost");

    assertThat(judged("localhost", two)).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.org", "null", "junk", ""})
  void admitsAnyWhereAnyIsAllowed(String origin) {
    assertThat(judged("self *", origin)).isEqualTo(Verdict.ADMITTED);
  }
}
