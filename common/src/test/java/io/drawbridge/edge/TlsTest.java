package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drawbridge.wire.ClientFrames;
import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class TlsTest {
  private static TestCertificates certificates;

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @BeforeAll
  static void make() throws Exception {
    certificates = TestCertificates.shared();
  }

  /** The suite runs twice, once with BoringSSL switched off. */
  @Test
  void boringSslIsThereUnlessItIsSwitchedOff() {
    boolean isOff = Boolean.getBoolean("io.netty.handler.ssl.noOpenSsl");
    assumeTrue(isOff || System.getProperty("os.name").equals("Linux"));

    assertThat(OpenSsl.isAvailable()).isEqualTo(!isOff);
  }

  // --- what is spoken ---------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void speaksBothVersions(String version) throws Exception {
    start();

    talk(WsConversation.open(gateway.port(), certificates.client().speaking(version)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void takesAnRsaKeyToo(String version) throws Exception {
    gateway.secure(certificates.material("rsa", false), null);
    gateway.start("", TalkingHandler::new);

    talk(WsConversation.open(gateway.port(), certificates.client().speaking(version)));
  }

  @Test
  void bytesBehindTheHandshakeAreNotLost() throws Exception {
    start();

    gateway
        .connect(certificates.client())
        .raw(ClientFrames.join(HandshakeText.valid().bytes(), ClientFrames.text("early")))
        .expectUpgrade()
        .expect("early")
        .bye();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void largeMessagesComeBackWhole(String version) throws Exception {
    gateway.secure(certificates.server(), certificates.client().speaking(version));
    gateway.start(
        "limits: {messageSize: 4MiB, frameSize: 4MiB, bytes: unlimited}", TalkingHandler::new);
    byte[] large = new byte[3_000_000];
    Arrays.fill(large, (byte) 7);

    gateway.open().sendBinary(large).expectBinary(large).bye();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void theCloseFrameArrivesWhereThePeerKeepsSending(String version) throws Exception {
    gateway.secure(certificates.server(), certificates.client().speaking(version));
    gateway.start("limits: {bytes: unlimited, messages: unlimited}", TalkingHandler::new);
    WsConversation client = gateway.open();

    client.raw(ClientFrames.frame(true, 7, 1));
    client.flood(new byte[60_000], 2_000);

    client.expectClose(1002, "PROTOCOL_ERROR");
    gateway.awaitNobody();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aRefusalArrivesWhole(String version) throws Exception {
    start();

    HttpAnswer answer =
        gateway
            .connect(certificates.client().speaking(version))
            .raw(HandshakeText.valid().with("Origin", "https://evil.example").bytes())
            .answerAndEnd();

    assertThat(answer.status()).isEqualTo(403);
  }

  // --- who is refused ---------------------------------------------------------------------------

  @Test
  void refusesAnOldVersion() throws Exception {
    start();

    gateway.connect().raw(helloOf11()).expectGone();

    awaitFault("TLS: no version in common: 1.3 and 1.2 are spoken");
  }

  @Test
  void aPlainClientIsClosedAndReported() throws Exception {
    start();

    gateway.connect().raw(HandshakeText.valid().bytes()).expectGone();

    awaitFault("TLS: no TLS is spoken");
  }

  @Test
  void aSlowHandshakeIsCut() throws Exception {
    gateway.secure(certificates.server(), null);
    gateway.start("limits: {handshake: 300ms}", TalkingHandler::new);

    gateway.connect().raw(new byte[] {22, 3, 1}).expectGone();

    awaitFault("TLS: no handshake in time");
  }

  @Test
  void whoSendsNothingAfterTlsIsCutToo() throws Exception {
    gateway.secure(certificates.server(), null);
    gateway.start("limits: {handshake: 3s}", TalkingHandler::new);

    gateway.connect(certificates.client()).expectGone();

    awaitFault("no handshake in time");
  }

  @Test
  void whoEndsBeforeItsHandshakeIsNobodysFault() throws Exception {
    start();

    gateway.connect().close();
    gateway.connect().raw(HandshakeText.valid().bytes()).expectGone();

    awaitFault("TLS: no TLS is spoken");
    assertThat(gateway.errors().events()).hasSize(1);
  }

  // --- client certificates ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void takesAClientThatTheAuthorityHasSigned(String version) throws Exception {
    startAsking();

    talk(WsConversation.open(gateway.port(), certificates.client("client").speaking(version)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void refusesAClientWithoutACertificate(String version) throws Exception {
    startAsking();

    refused(certificates.client().speaking(version), "TLS: no client certificate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void refusesAClientThatSomebodyElseHasSigned(String version) throws Exception {
    startAsking();

    refused(
        certificates.client("stranger").speaking(version),
        "TLS: the client certificate is not accepted");
  }

  @Test
  void aClientThatDoesNotBelieveUsGetsNoStrike() throws Exception {
    start();

    assertThatThrownBy(() -> gateway.connect(certificates.doubtful()))
        .isInstanceOf(UncheckedIOException.class);

    JsonObject event = gateway.errors().awaitKind("CONNECTION_LOST");
    assertThat(event.getString("detail"))
        .isEqualTo("TLS: the client does not accept our certificate");
  }

  // --- reload -----------------------------------------------------------------------------------

  @Test
  void showsAnotherCertificateWhileOldConnectionsLiveOn() throws Exception {
    start();
    WsConversation old = gateway.open();

    gateway.reload("", certificates.material("other", false));

    awaitShown("other");
    talk(old);
  }

  @Test
  void asksForClientCertificatesOnceToldTo() throws Exception {
    start();
    WsConversation old = gateway.open();

    gateway.reload("", certificates.material("other", true));

    awaitShown("other", certificates.client("client"));
    refused(certificates.client(), "TLS: no client certificate");
    talk(old);
  }

  // --- helpers ----------------------------------------------------------------------------------

  private void start() throws Exception {
    gateway.secure(certificates.server(), certificates.client());
    gateway.start("", TalkingHandler::new);
  }

  private void startAsking() throws Exception {
    gateway.secure(certificates.material("server", true), certificates.client("client"));
    gateway.start("", TalkingHandler::new);
  }

  private static void talk(WsConversation client) {
    client.send("hi").expect("hi").bye();
  }

  /** The first record of a client that speaks TLS 1.1 at most, as Java's own no longer does. */
  private static byte[] helloOf11() {
    byte[] random = new byte[32];
    byte[] hello =
        ClientFrames.join(new byte[] {3, 2}, random, new byte[] {0, 0, 2, (byte) 0xC0, 0x13, 1, 0});
    byte[] handshake = ClientFrames.join(new byte[] {1, 0, 0, (byte) hello.length}, hello);
    return ClientFrames.join(new byte[] {22, 3, 1, 0, (byte) handshake.length}, handshake);
  }

  /** With TLS 1.3 a client only learns of it when it reads. */
  private void refused(TlsClient client, String detail) {
    assertThatThrownBy(() -> WsConversation.open(gateway.port(), client))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(UncheckedIOException.class),
            e -> assertThat(e).isInstanceOf(AssertionError.class));
    awaitFault(detail);
  }

  private void awaitFault(String detail) {
    JsonObject event = gateway.errors().awaitKind("BAD_HANDSHAKE");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    assertThat(event.getString("detail")).isEqualTo(detail);
  }

  private void awaitShown(String name) throws Exception {
    awaitShown(name, certificates.client());
  }

  private void awaitShown(String name, TlsClient client) throws Exception {
    X509Certificate expected = certificates.certificateOf(name);
    gateway.awaitTrue(name + " is shown", () -> expected.equals(shown(client)));
  }

  private X509Certificate shown(TlsClient client) throws IOException {
    return client.shownBy(gateway.port());
  }
}
