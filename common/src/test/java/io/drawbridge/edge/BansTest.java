package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Who is banned, and what a banned client sees, over real sockets")
@ExtendWith(LeakCheck.class)
final class BansTest {
  private static final String OTHER = "127.0.0.2";
  private static final String IP = "ip:127.0.0.1";

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private void start(String firewall) {
    gateway.start("firewall: { " + firewall + " }\n", TalkingHandler::new);
  }

  private HttpAnswer refused(HandshakeText handshake) {
    return WsConversation.refused(gateway.port(), handshake);
  }

  private void strike(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(refused(valid().method("POST")).status()).isEqualTo(405);
    }
  }

  private JsonArray bans() {
    return gateway.bans("list", "").getJsonArray("bans");
  }

  private void awaitBan() {
    gateway.awaitBan();
    gateway.awaitTrue("the edge has heard of it", () -> !isAdmitted());
  }

  private boolean isAdmitted() {
    try (WsConversation conversation =
        WsConversation.connect(gateway.port()).raw(valid().bytes())) {
      return conversation.status() == 101;
    }
  }

  private WsConversation openFromElsewhere() {
    return gateway.connectFrom(OTHER).raw(valid().bytes()).expectUpgrade();
  }

  @Test
  void tenBadHandshakesBanTheirAddress() {
    start("strikes: 10");
    strike(9);
    gateway.awaitTrue("strikes", () -> gateway.errors().count("BAD_HANDSHAKE") == 9);
    assertThat(bans()).isEmpty();
    gateway.open().send("hi").expect("hi").bye();

    strike(1);
    awaitBan();

    HttpAnswer answer = refused(valid());
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.kind()).isEqualTo("BANNED");
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(250, 300);
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind")).isEqualTo("BANNED");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
  }

  @Test
  void aBanClosesWhatIsOpen() {
    start("strikes: 3");
    WsConversation one = gateway.open();
    WsConversation two = gateway.open();
    WsConversation other = openFromElsewhere();

    strike(3);

    for (WsConversation banned : new WsConversation[] {one, two}) {
      banned.expectClose(3003, "BANNED");
      assertThat(banned.retrySeconds()).isBetween(250, 300);
      assertThat(gateway.errors().awaitId(banned.ref()).getInteger("closeCode")).isEqualTo(3003);
    }
    one.sendClose(3003).expectEof();
    other.send("still there?").expect("still there?").bye();
  }

  @Test
  void anotherAddressIsLetIn() {
    start("strikes: 3");
    strike(3);
    awaitBan();

    openFromElsewhere().send("hi").expect("hi").bye();
  }

  @Test
  void openConnectionsThatViolateTheProtocolCollectStrikes() {
    start("strikes: 3");
    for (int i = 0; i < 3; i++) {
      gateway.open().raw(new byte[] {(byte) 0xF1, (byte) 0x80}).expectClose(1002, "PROTOCOL_ERROR");
    }
    awaitBan();
  }

  @Test
  void aPardonLetsInAgain() {
    start("strikes: 3");
    strike(3);
    awaitBan();

    assertThat(gateway.bans("unban", IP).getBoolean("changed")).isTrue();

    gateway.awaitTrue("let in", this::isAdmitted);
  }

  @Test
  void aBanEndsByItself() {
    start("strikes: 3, banFor: 2s");
    strike(3);
    gateway.awaitTrue("refused", () -> !isAdmitted());
    gateway.awaitTrue("let in", this::isAdmitted);
  }

  @Test
  void aServiceBansAnAddressForAsLongAsItSays() {
    start("strikes: unlimited");
    WsConversation client = gateway.open();

    gateway.bans("ban", IP);

    client.expectClose(3003, "BANNED");
    assertThat(refused(valid()).kind()).isEqualTo("BANNED");
  }

  @Test
  void refusalsOfOneWhoIsBannedAreLoggedAndExtendNothing() {
    start("strikes: 3");
    strike(3);
    awaitBan();
    JsonArray before = bans();

    for (int i = 0; i < 5; i++) {
      assertThat(refused(valid()).kind()).isEqualTo("BANNED");
      strike(1);
    }

    gateway.awaitTrue("logged", () -> gateway.errors().count("BANNED") >= 5);
    assertThat(bans()).isEqualTo(before);
  }

  @Test
  void aBannedAddressIsToldSoBeforeItsOriginIsJudged() {
    start("strikes: unlimited");
    gateway.bans("ban", IP);
    gateway.awaitTrue("refused", () -> !isAdmitted());

    assertThat(refused(valid().plus("Origin", "https://evil.example")).kind()).isEqualTo("BANNED");
  }

  @Test
  void nobodyIsBannedForStrikesThatAreUnlimited() {
    start("strikes: unlimited");
    strike(30);

    gateway.awaitTrue("logged", () -> gateway.errors().count("BAD_HANDSHAKE") == 20);
    assertThat(bans()).isEmpty();
    gateway.open().send("hi").expect("hi").bye();
  }
}
