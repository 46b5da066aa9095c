package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Who may connect by address, over real sockets")
@ExtendWith(LeakCheck.class)
final class FirewallTest {
  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String yaml) {
    gateway.start(yaml, () -> handler);
  }

  private void admits(String address) {
    gateway.connectFrom(address).raw(valid().bytes()).expectUpgrade().send("hi").expect("hi").bye();
  }

  private void denies(String address) {
    HttpAnswer answer = gateway.connectFrom(address).raw(valid().bytes()).answerAndEnd();

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.kind()).isEqualTo("ADDRESS_DENIED");
    assertThat(answer.header("Retry-After")).isEmpty();
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind")).isEqualTo("ADDRESS_DENIED");
    assertThat(event.getString("peer")).isEqualTo(address);
  }

  @Test
  void deniesANetworkAndAdmitsTheRest() {
    start("firewall: { deny: [127.0.0.2/31, 192.0.2.0/24] }");

    denies("127.0.0.2");
    denies("127.0.0.3");
    admits("127.0.0.4");
    admits("127.0.0.1");
  }

  @Test
  void admitsNobodyButWhoIsAllowed() {
    start("firewall: { allow: [127.0.0.0/8], deny: [127.0.0.0/24, '::ffff:127.0.1.0/120'] }");

    denies("127.0.0.1");
    denies("127.0.1.1");
    admits("127.0.2.1");
  }

  @Test
  void loopbackIsAnAddressLikeAnyOther() {
    start("firewall: { allow: [10.0.0.0/8] }");

    denies("127.0.0.1");
  }

  @Test
  void knowsBothFamilies() {
    Loopback.assumeV6();
    start("firewall: { deny: ['::1/128'] }");

    denies("::1");
    admits("127.0.0.1");
  }

  @Test
  void judgesWhatIsNoHandshakeAsSuchFirst() {
    start("firewall: { deny: [127.0.0.0/8] }");

    assertThat(WsConversation.refused(gateway.port(), valid().without("Upgrade")).status())
        .isEqualTo(426);
    assertThat(WsConversation.refused(gateway.port(), valid().plus("Origin", "null")).kind())
        .isEqualTo("ADDRESS_DENIED");
  }
}
