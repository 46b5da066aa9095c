package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.Edge;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Who gets no further than TLS, over real sockets")
@ExtendWith(LeakCheck.class)
final class TlsFloodTest {
  private static final String FLOODER = "127.0.0.2";

  private static TestCertificates certificates;

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @BeforeAll
  static void make() throws Exception {
    certificates = TestCertificates.shared();
  }

  private void start(String yaml) throws Exception {
    gateway.secure(certificates.server(), certificates.client());
    gateway.start(yaml, TalkingHandler::new);
  }

  private WsConversation secured(WsConversation plain) throws Exception {
    return plain.secured(certificates.client());
  }

  private WsConversation openFrom(String address) throws Exception {
    return secured(gateway.connectFrom(address)).raw(valid().bytes()).expectUpgrade();
  }

  private void awaitEvent(String kind, String peer, String detail) {
    JsonObject event = gateway.errors().awaitKind(kind);
    assertThat(event.getString("peer")).isEqualTo(peer);
    assertThat(event.getString("detail")).isEqualTo(detail);
  }

  // --- how many at once -------------------------------------------------------------------------

  @Test
  void anAddressWithTooManyLosesItsOldestAndNobodyElseDoes() throws Exception {
    start("limits: {connectRate: unlimited, handshake: 1m}");
    WsConversation honest = gateway.connect();
    List<WsConversation> silent = new ArrayList<>();
    for (int i = 0; i < Deadlines.MOST_OF_ADDRESS; i++) {
      silent.add(gateway.connectFrom(FLOODER));
    }
    WsConversation newest = gateway.connectFrom(FLOODER);

    silent.get(0).expectGone();

    awaitEvent("BAD_HANDSHAKE", FLOODER, "too many TLS handshakes at once");
    secured(newest).raw(valid().bytes()).expectUpgrade().bye();
    secured(silent.get(1)).raw(valid().bytes()).expectUpgrade().bye();
    secured(honest).raw(valid().bytes()).expectUpgrade().bye();
    assertThat(gateway.errors().events()).hasSize(1);
  }

  @Test
  void whoIsGoneOrInTakesNoPlace() throws Exception {
    start("limits: {connectRate: unlimited, connectionsPerAddress: 2000, handshake: 1m}");
    WsConversation first = gateway.connectFrom(FLOODER);
    WsConversation open = openFrom(FLOODER);
    for (int i = 0; i < Deadlines.MOST_OF_ADDRESS + 100; i++) {
      gateway.connectFrom(FLOODER).close();
      if (i % 100 == 0) {
        // The server may see many sockets come before it sees the first of them go.
        gateway.open().bye();
      }
    }

    secured(first).raw(valid().bytes()).expectUpgrade().bye();
    open.bye();
    assertThat(gateway.errors().events()).isEmpty();
  }

  // --- who is not welcome -----------------------------------------------------------------------

  @Test
  void aDeniedAddressIsClosedBeforeTls() throws Exception {
    start("firewall: {deny: [127.0.0.2/32]}");

    gateway.connectFrom(FLOODER).expectGone();

    awaitEvent("ADDRESS_DENIED", FLOODER, "This address may not connect, before TLS");
    gateway.open().bye();
  }

  @Test
  void aBannedAddressIsClosedBeforeTls() throws Exception {
    start("");
    gateway.bans("ban", "ip:" + FLOODER);
    gateway.awaitTrue("the ban is known", this::flooderIsClosed);

    gateway.connectFrom(FLOODER).expectGone();

    awaitEvent("BANNED", FLOODER, "Banned for now, before TLS");
    gateway.open().bye();
  }

  private boolean flooderIsClosed() throws Exception {
    try (WsConversation client = gateway.connectFrom(FLOODER)) {
      secured(client).close();
      return false;
    } catch (UncheckedIOException closed) {
      return true;
    }
  }

  @Test
  void newRulesHoldBeforeTlsToo() throws Exception {
    start("");
    openFrom(FLOODER).bye();

    gateway.reload("firewall: {deny: [127.0.0.2/32]}", certificates.server());

    gateway.awaitTrue("the rule is in force", this::flooderIsClosed);
  }

  // --- how often --------------------------------------------------------------------------------

  @Test
  void whoConnectsTooOftenIsClosedBeforeTls() throws Exception {
    start("limits: {connectRate: 1/m, connectBurst: 3}");
    for (int i = 0; i < 3; i++) {
      openFrom(FLOODER).bye();
    }

    gateway.connectFrom(FLOODER).expectGone();

    awaitEvent("CONNECTION_RATE", FLOODER, "Too many new connections, before TLS");
    gateway.open().bye();
  }

  @Test
  void aHandshakeThatNeverComesIsCountedToo() throws Exception {
    start("limits: {connectRate: 1/m, connectBurst: 3, handshake: 1m}");
    for (int i = 0; i < 3; i++) {
      gateway.connectFrom(FLOODER);
    }

    gateway.connectFrom(FLOODER).expectGone();

    awaitEvent("CONNECTION_RATE", FLOODER, "Too many new connections, before TLS");
  }

  @Test
  void behindATrustedProxyEachClientIsCountedOnceItIsKnown() throws Exception {
    start(
        """
        proxy: {trusted: [127.0.0.1/32]}
        limits: {connectRate: 1/m, connectBurst: 2}
        firewall: {deny: [127.0.0.1/32]}
        """);
    for (int i = 0; i < 2; i++) {
      viaProxy("192.0.2.1").expectUpgrade().bye();
    }

    HttpAnswer answer = viaProxy("192.0.2.1").answerAndEnd();

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.kind()).isEqualTo("CONNECTION_RATE");
    assertThat(gateway.errors().awaitId(answer.ref()).getString("peer")).isEqualTo("192.0.2.1");
    viaProxy("192.0.2.2").expectUpgrade().bye();
  }

  private WsConversation viaProxy(String client) throws Exception {
    return secured(gateway.connect()).raw(valid().plus("X-Forwarded-For", client).bytes());
  }

  @Test
  void theAddressInAProxyHeaderIsTheOneThatCounts() throws Exception {
    start(
        "proxy: {trusted: [127.0.0.1/32], protocol: true}\n"
            + "limits: {connectRate: 1/m, connectBurst: 1}");
    withHeader(gateway.connect(), "192.0.2.1").secured(certificates.client()).close();

    withHeader(gateway.connect(), "192.0.2.1").expectGone();

    awaitEvent("CONNECTION_RATE", "192.0.2.1", "Too many new connections, before TLS");
    secured(withHeader(gateway.connect(), "192.0.2.2")).raw(valid().bytes()).expectUpgrade().bye();
  }

  @Test
  void aProxyHeaderOfAnybodyElseIsClosedBeforeTls() throws Exception {
    start("proxy: {trusted: [127.0.0.1/32], protocol: true}");

    withHeader(gateway.connectFrom(FLOODER), "192.0.2.1").expectGone();

    awaitEvent("ADDRESS_DENIED", FLOODER, "a PROXY header from an address not in proxy.trusted");
  }

  private static WsConversation withHeader(WsConversation plain, String client) {
    return plain.raw(("PROXY TCP4 " + client + " 127.0.0.1 56324 8765\r\n").getBytes(US_ASCII));
  }

  // --- how long ---------------------------------------------------------------------------------

  @Test
  void bothHandshakesTogetherHaveTheTimeOfOne() throws Exception {
    start("limits: {handshake: 4s}");
    long begun = System.nanoTime();
    WsConversation plain = gateway.connect();
    TimeUnit.SECONDS.sleep(2);

    secured(plain).expectGone();

    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(3_900), Duration.ofMillis(5_900));
    awaitEvent("BAD_HANDSHAKE", "127.0.0.1", "no handshake in time");
  }

  @Test
  void twoServersOnOneEventLoopCutNobodyWhoIsIn() throws Exception {
    gateway.secure(certificates.server(), certificates.client());
    gateway.start("limits: {handshake: 3s}", Pair::new, pair -> pair.port);
    WsConversation first = gateway.open();
    WsConversation second = gateway.open();

    // Cut when the time of the others is over, too.
    gateway.connect().expectGone();

    first.send("hi").expect("hi").bye();
    second.send("hi").expect("hi").bye();
  }

  /** Two servers that share a port and an event loop, as more instances than event loops do. */
  private static final class Pair extends VerticleBase {
    private final Gateway gateway;
    private final List<EdgeServer> servers = new ArrayList<>();
    private int port;

    Pair(Gateway gateway) {
      this.gateway = gateway;
    }

    @Override
    public Future<?> start() {
      return one().compose(found -> one()).onSuccess(found -> port = found);
    }

    private Future<Integer> one() {
      EdgeServer server =
          new EdgeServer(
              vertx,
              gateway,
              Edge.echo(gateway.settings()),
              (handshake, guard) ->
                  Future.succeededFuture(Acceptance.accepted(new TalkingHandler())));
      servers.add(server);
      return server.listen();
    }

    @Override
    public Future<?> stop() {
      return Future.join(
          servers.stream().map(server -> server.drain(gateway.settings().drain().over())).toList());
    }
  }

  @Test
  void anotherTimeHoldsForTlsOnceItIsSet() throws Exception {
    start("limits: {handshake: 1m}");

    gateway.reload("limits: {handshake: 3s}", certificates.material("other", false));

    gateway.awaitTrue(
        "the new settings are in force",
        () ->
            certificates
                .certificateOf("other")
                .equals(certificates.client().shownBy(gateway.port())));
    gateway.connect().expectGone();
    awaitEvent("BAD_HANDSHAKE", "127.0.0.1", "TLS: no handshake in time");
  }
}
