package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Whose address it is behind proxies, over real sockets")
@ExtendWith(LeakCheck.class)
final class ProxiesTest {
  private static final String ORIGIN_OF_NOBODY = "http://nobody.example";

  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String yaml) {
    gateway.start(yaml, () -> handler);
  }

  /** The peer of a handshake that is refused, as the error log has it. */
  private String peer(WsConversation client, HandshakeText handshake) {
    HttpAnswer answer =
        client.raw(handshake.plus("Origin", ORIGIN_OF_NOBODY).bytes()).answerAndEnd();
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind")).isEqualTo("ORIGIN_DENIED");
    return event.getString("peer");
  }

  @Nested
  final class ByHeader {
    private static final String TRUSTED = "proxy: { trusted: [127.0.0.1/32, 10.0.0.0/8] }\n";

    @Test
    void believesATrustedProxy() {
      start(TRUSTED);

      assertThat(peer(gateway.connect(), valid().plus("X-Forwarded-For", "192.0.2.9, 192.0.2.1")))
          .isEqualTo("192.0.2.1");
      assertThat(
              peer(
                  gateway.connect(),
                  valid()
                      .plus("Forwarded", "for=\"[2001:db8::1]:47011\";proto=https, for=10.1.1.1")))
          .isEqualTo("2001:db8::1");
      assertThat(peer(gateway.connect(), valid())).isEqualTo("127.0.0.1");
    }

    @Test
    void believesNobodyElse() {
      start(TRUSTED);

      assertThat(
              peer(
                  gateway.connectFrom("127.0.0.2"),
                  valid().plus("X-Forwarded-For", "192.0.2.1").plus("Forwarded", "for=192.0.2.2")))
          .isEqualTo("127.0.0.2");
    }

    @Test
    void believesNobodyByDefault() {
      start("");

      assertThat(peer(gateway.connect(), valid().plus("X-Forwarded-For", "192.0.2.1")))
          .isEqualTo("127.0.0.1");
    }

    @Test
    void judgesTheClientAndNotTheProxy() {
      start(TRUSTED + "firewall: { deny: [192.0.2.0/24] }");

      HttpAnswer denied =
          WsConversation.refused(gateway.port(), valid().plus("X-Forwarded-For", "192.0.2.1"));

      assertThat(denied.kind()).isEqualTo("ADDRESS_DENIED");
      gateway.open(valid().plus("X-Forwarded-For", "192.0.2.1, 198.51.100.1")).bye();
    }

    @Test
    void refusesHeadersThatNameDifferentClients() {
      start(TRUSTED + "firewall: { deny: [192.0.2.0/24] }");

      HttpAnswer answer =
          WsConversation.refused(
              gateway.port(),
              valid().plus("X-Forwarded-For", "192.0.2.1").plus("Forwarded", "for=198.51.100.1"));

      assertThat(answer.status()).isEqualTo(400);
      assertThat(gateway.errors().awaitId(answer.ref()).getString("peer")).isEqualTo("127.0.0.1");
    }

    @Test
    void theOpenConnectionIsThatOfTheClient() {
      start(TRUSTED);
      WsConversation client = gateway.open(valid().plus("X-Forwarded-For", "192.0.2.1"));

      client.raw(new byte[] {(byte) 0xFF, 0}).expectClose(1002, "PROTOCOL_ERROR");

      assertThat(gateway.errors().awaitId(client.ref()).getString("peer")).isEqualTo("192.0.2.1");
    }
  }

  @Nested
  final class ByProxyProtocol {
    private static final String TRUSTED =
        "proxy: { trusted: [127.0.0.1/32, 10.0.0.0/8], protocol: true }\n";

    private static final byte[] V1 = v1("PROXY TCP4 192.0.2.1 127.0.0.1 56324 8765");

    private static byte[] v1(String line) {
      return (line + "\r\n").getBytes(US_ASCII);
    }

    /** A header of version 2: command and family as the specification numbers them. */
    private static byte[] v2(int command, int family, byte[] addresses) {
      byte[] signature = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
      return ByteBuffer.allocate(16 + addresses.length)
          .put(signature)
          .put((byte) (0x20 | command))
          .put((byte) family)
          .putShort((short) addresses.length)
          .put(addresses)
          .array();
    }

    private static byte[] v2(String source, String destination) {
      try {
        byte[] from = InetAddress.getByName(source).getAddress();
        byte[] to = InetAddress.getByName(destination).getAddress();
        byte[] ports = {(byte) 0xDC, 4, 0x22, 0x3D};
        return v2(1, from.length == 4 ? 0x11 : 0x21, ClientFrames.join(from, to, ports));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Test
    void believesVersion1() {
      start(TRUSTED);

      assertThat(peer(gateway.connect().raw(V1), valid())).isEqualTo("192.0.2.1");
      assertThat(peer(gateway.connect().raw(v1("PROXY TCP6 2001:DB8::1 ::1 56324 8765")), valid()))
          .isEqualTo("2001:db8::1");
    }

    @Test
    void believesVersion2() {
      start(TRUSTED);

      assertThat(peer(gateway.connect().raw(v2("192.0.2.1", "127.0.0.1")), valid()))
          .isEqualTo("192.0.2.1");
      assertThat(peer(gateway.connect().raw(v2("2001:db8::1", "::1")), valid()))
          .isEqualTo("2001:db8::1");
    }

    @Test
    void takesAMappedAddressForWhatItIs() {
      start(TRUSTED + "firewall: { deny: [192.0.2.0/24] }");

      HttpAnswer answer =
          gateway
              .connect()
              .raw(v1("PROXY TCP6 ::ffff:192.0.2.1 ::1 56324 8765"))
              .raw(valid().bytes())
              .answerAndEnd();

      assertThat(answer.kind()).isEqualTo("ADDRESS_DENIED");
    }

    static byte[][] ofTheProxyItself() {
      return new byte[][] {
        v1("PROXY UNKNOWN"),
        v1("PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 2"),
        v2(0, 0x11, new byte[] {(byte) 192, 0, 2, 1, 127, 0, 0, 1, 0, 1, 0, 2}),
        v2(0, 0, new byte[0]),
        v2(1, 0, new byte[0]),
        v2(1, 0x31, new byte[216])
      };
    }

    @ParameterizedTest
    @MethodSource("ofTheProxyItself")
    void withoutAnIpAddressItIsTheSocketsOwn(byte[] header) {
      start(TRUSTED);

      assertThat(peer(gateway.connect().raw(header), valid())).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsItByteByByteAndGluedToTheRest(boolean version2) {
      start(TRUSTED);
      byte[] header = version2 ? v2("192.0.2.1", "127.0.0.1") : V1;
      byte[] all = ClientFrames.join(header, valid().bytes(), ClientFrames.text("glued"));

      gateway.connect().byteByByte(all).expectUpgrade().expect("glued").bye();
      gateway.connect().raw(all).expectUpgrade().expect("glued").bye();
    }

    @Test
    void theClientInItMayBeAProxyThatIsBelievedToo() {
      start(TRUSTED);
      byte[] header = v1("PROXY TCP4 10.0.0.7 127.0.0.1 56324 8765");

      assertThat(peer(gateway.connect().raw(header), valid().plus("X-Forwarded-For", "192.0.2.1")))
          .isEqualTo("192.0.2.1");
      assertThat(peer(gateway.connect().raw(V1), valid().plus("X-Forwarded-For", "198.51.100.1")))
          .isEqualTo("192.0.2.1");
    }

    @Test
    void refusesAHeaderFromAnybodyElse() {
      start(TRUSTED);

      gateway.connectFrom("127.0.0.2").raw(V1).expectGone();

      JsonObject event = gateway.errors().awaitKind("ADDRESS_DENIED");
      assertThat(event.getString("peer")).isEqualTo("127.0.0.2");
      assertThat(handler.opened).hasValue(0);
    }

    @Test
    void refusesAHeaderAndHandshakeFromAnybodyElse() {
      start(TRUSTED);

      gateway.connectFrom("127.0.0.2").raw(ClientFrames.join(V1, valid().bytes())).expectGone();

      gateway.errors().awaitKind("ADDRESS_DENIED");
      assertThat(handler.opened).hasValue(0);
      assertThat(gateway.counted("drawbridge.handshakes")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "PROXY TCP4 192.0.2.1\r\n",
          "PROXY TCP4 192.0.2.256 127.0.0.1 1 2\r\n",
          "PROXY TCP4 localhost 127.0.0.1 1 2\r\n",
          "PROXY TCP4 192.0.2.1 127.0.0.1 1 65536\r\n",
          "proxy tcp4 192.0.2.1 127.0.0.1 1 2\r\n"
        })
    void refusesABrokenHeaderOrNone(String first) {
      start(TRUSTED);

      gateway.connect().raw(first.getBytes(US_ASCII)).expectGone();

      assertThat(gateway.errors().awaitKind("BAD_HANDSHAKE").getString("detail"))
          .isEqualTo("no valid PROXY header");
      gateway.connect().raw(V1).raw(valid().bytes()).expectUpgrade().bye();
    }

    @Test
    void refusesAValidHandshakeWithoutAHeader() {
      start(TRUSTED);

      gateway.connect().raw(valid().bytes()).expectGone();

      assertThat(handler.opened).hasValue(0);
    }

    @Test
    void cutsWhoBringsNoHeaderInTime() {
      start(TRUSTED + "limits: { handshake: 1s }");

      gateway.connect().expectGone();
      gateway.connect().raw("PROXY".getBytes(US_ASCII)).expectGone();
    }

    @Test
    void cutsWhoBringsNothingButAHeaderInTime() {
      start(TRUSTED + "limits: { handshake: 1s }");

      gateway.connect().raw(V1).expectGone();

      assertThat(gateway.errors().awaitKind("BAD_HANDSHAKE").getString("peer"))
          .isEqualTo("192.0.2.1");
    }
  }

  @Test
  void aProxyHeaderIsNoHttpWhereItIsNotConfigured() {
    start("proxy: { trusted: [127.0.0.1/32] }");

    HttpAnswer answer = WsConversation.refused(gateway.port(), ByProxyProtocol.V1);

    assertThat(answer.status()).isEqualTo(400);
  }
}
