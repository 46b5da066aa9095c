package io.drawbridge.admission;

import static io.drawbridge.admission.Handshakes.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of RFC 6455 §4.2.1, each with the answer to a handshake that breaks it. */
class UpgradeCheckTest {
  private static final Map<String, String> UPGRADE =
      Map.of("Upgrade", "websocket", "Connection", "Upgrade, close", "Sec-WebSocket-Version", "13");

  private static Verdict judged(Handshakes handshake) {
    return new UpgradeCheck().check(handshake.handshake());
  }

  private static void assertAdmitted(Handshakes handshake) {
    assertThat(judged(handshake)).isEqualTo(Verdict.ADMITTED);
  }

  private static void assertRefused(
      Handshakes handshake, int status, Map<String, String> headers, String detail) {
    assertThat(judged(handshake))
        .isEqualTo(
            new Verdict.Refused(ErrorKind.BAD_HANDSHAKE, status, detail, headers, Duration.ZERO));
  }

  private static void assertBad(Handshakes handshake, String detail) {
    assertRefused(handshake, 400, Map.of(), detail);
  }

  private static void assertUpgradeRequired(Handshakes handshake) {
    assertRefused(handshake, 426, UPGRADE, "this is a WebSocket server: an upgrade is needed");
  }

  @Test
  void admitsTheHandshakeOfTheRfc() {
    assertAdmitted(
        valid()
            .target("/chat")
            .header("Origin", "http://example.com")
            .header("Sec-WebSocket-Protocol", "chat, superchat"));
  }

  @Test
  void readsNoHeaderThatItDoesNotKnow() {
    assertAdmitted(
        valid()
            .header("Cookie", "a=b", "c=d")
            .header("Sec-WebSocket-Extensions", "permessage-deflate", "x-unknown"));
  }

  @Test
  void refusesAHeaderWithoutAName() {
    assertBad(valid().header("", "value"), "a header has no name");
  }

  @Nested
  @DisplayName("1. the request line")
  final class RequestLine {

    @Test
    void mustBeHttp() {
      assertBad(valid().malformed(), "not a valid HTTP request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD", "OPTIONS", "CONNECT", "get", "Get", "GETS"})
    void mustBeAGet(String method) {
      assertRefused(valid().method(method), 405, Map.of("Allow", "GET"), "the method must be GET");
    }

    @Test
    void mustBeOfHttp11() {
      assertBad(valid().http10(), "HTTP/1.1 is needed");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/",
          "/chat",
          "/a/b?c=d&e=/f?",
          "//chat",
          "/%20",
          "http://server.example.com/chat",
          "HTTPS://server.example.com:8765/chat?a=b",
          "http://[::1]:80/",
          "http://server.example.com",
          "http://server.example.com?a=b"
        })
    void mayNameAPathAloneOrInAnAbsoluteHttpUri(String target) {
      assertAdmitted(valid().target(target));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "*",
          "chat",
          "?a=b",
          "/chat#part",
          "/chat room",
          "server.example.com:80",
          "ws://server.example.com/chat",
          "ftp://server.example.com/chat",
          "http:///chat",
          "http://?/chat",
          "http://server.example.com/#part",
          "http://",
          "/a\u0000\n",
          "/\u0000",
          "/\u007f",
          "/\u00e4",
          "http://server.example.com/\u00e4"
        })
    void mustNameNothingElse(String target) {
      assertBad(valid().target(target), "the request target must be a path");
    }
  }

  @Nested
  @DisplayName("2. Host")
  final class Host {
    private static final String DETAIL = "one valid Host is needed";

    @ParameterizedTest
    @ValueSource(
        strings = {
          "localhost",
          "localhost:8765",
          "server.example.com:",
          "192.0.2.1:80",
          "[::1]",
          "[2001:db8::1]:8765",
          "xn--bcher-kva.example",
          "my_service:80",
          "  padded.example.com  "
        })
    void mayBeAnyHostWithOrWithoutAPort(String host) {
      assertAdmitted(valid().header("Host", host));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          ":80",
          "a b",
          "user@example.com",
          "example.com/path",
          "http://example.com",
          "example.com:http",
          "example.com:123456",
          "a,b",
          "::1",
          "[::1",
          "[]",
          "bücher.example"
        })
    void mustBeValid(String host) {
      assertBad(valid().header("Host", host), DETAIL);
    }

    @Test
    void mustBeThere() {
      assertBad(valid().without("Host"), DETAIL);
    }

    @Test
    void mustBeThereOnce() {
      assertBad(valid().header("Host", "a.example.com", "a.example.com"), DETAIL);
    }
  }

  @Nested
  @DisplayName("3. Upgrade")
  final class Upgrade {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "websocket",
          "WebSocket",
          "WEBSOCKET",
          "h2c, websocket",
          " ,websocket,",
          "\twebsocket"
        })
    void mustHoldTheTokenInAnyCase(String upgrade) {
      assertAdmitted(valid().header("Upgrade", upgrade));
    }

    @Test
    void mayHoldItOnAnyLine() {
      assertAdmitted(valid().header("Upgrade", "h2c", "TLS/1.0, websocket"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h2c", "websockets", "web socket", "websocket/13", "\"websocket\""})
    void isAskedForWhereItHoldsAnotherToken(String upgrade) {
      assertUpgradeRequired(valid().header("Upgrade", upgrade));
    }

    @Test
    void isAskedForWhereThereIsNone() {
      assertUpgradeRequired(valid().without("Upgrade"));
    }

    @Test
    void isAskedForOfAPlainRequestBeforeAnythingElse() {
      assertUpgradeRequired(
          valid()
              .without("Upgrade")
              .without("Connection")
              .without("Sec-WebSocket-Key")
              .without("Sec-WebSocket-Version"));
    }
  }

  @Nested
  @DisplayName("4. Connection")
  final class Connection {

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade,"})
    void mustHoldTheTokenInAnyCase(String connection) {
      assertAdmitted(valid().header("Connection", connection));
    }

    @Test
    void mayHoldItOnAnyLine() {
      assertAdmitted(valid().header("Connection", "keep-alive", "Upgrade"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "keep-alive", "close", "upgraded", "keep-alive Upgrade"})
    void isBadWithoutTheToken(String connection) {
      assertBad(valid().header("Connection", connection), "Connection must hold Upgrade");
    }

    @Test
    void mustBeThere() {
      assertBad(valid().without("Connection"), "Connection must hold Upgrade");
    }
  }

  @Nested
  @DisplayName("5. Sec-WebSocket-Key")
  final class Key {
    private static final String DETAIL = "one Sec-WebSocket-Key of 16 bytes in base64 is needed";

    @ParameterizedTest
    @ValueSource(
        strings = {
          "AAAAAAAAAAAAAAAAAAAAAA==",
          "/+/+/+/+/+/+/+/+/+/+/w==",
          "  dGhlIHNhbXBsZSBub25jZQ==  "
        })
    void mustBeSixteenBytesInBase64(String key) {
      assertAdmitted(valid().header("Sec-WebSocket-Key", key));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "dGhlIHNhbXBsZSBub25j",
          "dGhlIHNhbXBsZSBub25jZWU=",
          "dGhlIHNhbXBsZSBub25jZWVl",
          "dGhlIHNhbXBsZSBub25jZWVlZQ==",
          "dGhlIHNhbXBsZSBub25jZQ",
          "dGhlIHNhbXBsZSBub25jZQ=",
          "dGhlIHNhbXBsZSBub25jZQ===",
          "dGhlIHNhbXBsZSBub25jZ===",
          "dGhlIHNhbXBsZSBub2-jZQ==",
          "dGhlIHNhbXBsZSBub2_jZQ==",
          "dGhlIHNhbXBsZSBub2 jZQ==",
          "dGhlIHNhbXBsZSBub2\u00e4jZQ==",
          "========================",
          "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="
        })
    void isBadInAnyOtherForm(String key) {
      assertBad(valid().header("Sec-WebSocket-Key", key), DETAIL);
    }

    @Test
    void mustBeThere() {
      assertBad(valid().without("Sec-WebSocket-Key"), DETAIL);
    }

    @Test
    void mustBeThereOnce() {
      assertBad(valid().header("Sec-WebSocket-Key", Handshakes.KEY, Handshakes.KEY), DETAIL);
    }
  }

  @Nested
  @DisplayName("6. Sec-WebSocket-Version")
  final class Version {

    private void assertVersionRequired(Handshakes handshake) {
      assertRefused(handshake, 426, UPGRADE, "Sec-WebSocket-Version must be 13");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "0", "14", "013", "13.0", "thirteen", "", "13, 8", "13, 13"})
    void isAskedForWhereItIsAnother(String version) {
      assertVersionRequired(valid().header("Sec-WebSocket-Version", version));
    }

    @Test
    void isAskedForWhereItStandsTwice() {
      assertVersionRequired(valid().header("Sec-WebSocket-Version", "13", "13"));
    }

    @Test
    void mustBeThere() {
      assertBad(valid().without("Sec-WebSocket-Version"), "Sec-WebSocket-Version is missing");
    }

    @Test
    void isJudgedLast() {
      assertBad(
          valid().header("Sec-WebSocket-Version", "8").without("Connection"),
          "Connection must hold Upgrade");
    }
  }

  @Nested
  @DisplayName("Sec-WebSocket-Extensions (RFC 6455 §9.1)")
  final class Extensions {

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate", "x-unknown; a=1, y", "x; a=\"1\",,"})
    void mayOfferAnything(String value) {
      assertAdmitted(valid().header("Sec-WebSocket-Extensions", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";", "x;", "x; =1", "x y", "x; a=\"1 2\"", "x, y z"})
    void mustKeepToTheirGrammar(String value) {
      assertBad(
          valid().header("Sec-WebSocket-Extensions", value),
          "Sec-WebSocket-Extensions is malformed");
    }
  }

  @Nested
  @DisplayName("a body")
  final class Body {

    @Test
    void mayBeDeclaredToBeEmpty() {
      assertAdmitted(valid().header("Content-Length", "0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1000000", "-1", "+0", "", "0, 0", "0x0"})
    void mustNotBeDeclared(String length) {
      assertBad(valid().header("Content-Length", length), "a handshake has no body");
    }

    @Test
    void mustNotBeDeclaredTwice() {
      assertBad(valid().header("Content-Length", "0", "0"), "a handshake has no body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "identity", ""})
    void mustNotBeEncoded(String encoding) {
      assertBad(valid().header("Transfer-Encoding", encoding), "a handshake has no body");
    }
  }
}
