package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.ClientFrames;
import io.drawbridge.wire.Deflated;
import io.drawbridge.wire.Opcode;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("permessage-deflate (RFC 7692), over real sockets")
@ExtendWith(LeakCheck.class)
final class CompressionTest {
  private static final String NO_TAKEOVER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  private static final String JSON =
      "{\"type\":\"send\",\"address\":\"echo\",\"body\":{\"user\":12,\"text\":\"hello\"}}";

  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String compression) {
    gateway.start(TestGateway.UNLIMITED + "compression: {" + compression + "}\n", () -> handler);
  }

  private WsConversation offering(String extensions) {
    return gateway.connect().raw(valid().plus("Sec-WebSocket-Extensions", extensions).bytes());
  }

  @AfterEach
  void theServerServesOn() {
    gateway.open().send("still there?").expect("still there?").bye();
    gateway.closeAll();
    gateway.awaitNobody();
  }

  @Test
  void isOffByDefault() {
    gateway.start(TestGateway.UNLIMITED, () -> handler);

    offering("permessage-deflate").expectUpgrade().send("hi").expect("hi").bye();
    WsConversation client = offering("permessage-deflate").expectUpgrade();
    client.raw(Deflated.text("hi")).expectClose(1002, "PROTOCOL_ERROR").expectEof();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permessage-deflate; client_max_window_bits |
          permessage-deflate; server_max_window_bits=9; client_max_window_bits=10 | ; server_max_window_bits=9; client_max_window_bits=10
          x-unknown, permessage-deflate; unknown, permessage-deflate |
          """)
  void isAgreedOnWhenOffered(String offer, String bounds) {
    start("enabled: true");

    WsConversation client =
        offering(offer).expectUpgrade(NO_TAKEOVER + (bounds == null ? "" : bounds));
    client.raw(Deflated.text(JSON.repeat(3)));
    assertThat(Deflated.inflated(client.compressed())).isEqualTo(JSON.repeat(3).getBytes(UTF_8));
    client.raw(Deflated.binary(new byte[100]));
    assertThat(Deflated.inflated(client.compressed())).isEqualTo(new byte[100]);
    client.send("short").expect("short").ping("?").expectPong("?").bye();
  }

  @Test
  void goesOnWithoutAnOfferThatItCannotKeep() {
    start("enabled: true");

    offering("permessage-deflate; server_max_window_bits=7")
        .expectUpgrade()
        .send(JSON.repeat(3))
        .expect(JSON.repeat(3))
        .bye();
  }

  @ParameterizedTest(name = "enabled: {0}")
  @CsvSource({"true", "false"})
  void refusesAHeaderThatIsMalformed(boolean enabled) {
    start("enabled: " + enabled);

    HttpAnswer answer = offering("permessage-deflate; =1").answerAndEnd();
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.kind()).isEqualTo("BAD_HANDSHAKE");
  }

  @Test
  void keepsTheContextsOfAConnectionWhenToldTo() {
    start("enabled: true, contextTakeover: true");
    Deflated peer = new Deflated();
    WsConversation client = offering("permessage-deflate").expectUpgrade("permessage-deflate");
    int[] lengths = new int[3];
    for (int i = 0; i < lengths.length; i++) {
      client.raw(ClientFrames.frame(true, 4, Opcode.TEXT, peer.next(JSON.getBytes(UTF_8))));
      byte[] answer = client.compressed();
      lengths[i] = answer.length;
      assertThat(peer.read(answer)).isEqualTo(JSON.getBytes(UTF_8));
    }

    assertThat(lengths[2]).isLessThan(lengths[0] / 3);
    client.bye();
  }

  @Test
  void endsAMessageThatInflatesTooFar() {
    start("enabled: true");

    byte[] bomb = Deflated.binary(new byte[60_000]);
    assertThat(bomb).hasSizeLessThan(100);
    WsConversation client = offering("permessage-deflate").expectUpgrade(NO_TAKEOVER).raw(bomb);
    client.expectClose(1009, "MESSAGE_TOO_BIG").expectEof();
    assertThat(gateway.errors().awaitId(client.ref()).getString("detail"))
        .isEqualTo("a message that inflates too far");
  }

  @Test
  void endsAMessageThatIsTooBigOnceInflated() {
    start("enabled: true, maxRatio: unlimited");

    WsConversation client = offering("permessage-deflate").expectUpgrade(NO_TAKEOVER);
    client.raw(Deflated.binary(new byte[10_000_000]));
    client.expectClose(1009, "MESSAGE_TOO_BIG").expectEof();
  }

  @Test
  void endsWithoutALeakInTheMiddleOfAMessage() {
    start("enabled: true, contextTakeover: true");
    byte[] payload = Deflated.of(JSON.repeat(100));

    byte[] half = Arrays.copyOf(payload, payload.length / 2);
    offering("permessage-deflate")
        .expectUpgrade("permessage-deflate")
        .raw(Deflated.text(JSON))
        .raw(ClientFrames.frame(false, 4, Opcode.TEXT, half))
        .reset();
    gateway.awaitNobody();
  }
}
