package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Role;
import io.drawbridge.edge.WsConversation;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules of the bridge that change while clients use them. */
class RuleReloadTest {
  private static final String OPEN =
      "bridge: {inbound: [{address: news}], outbound: [{address: news}]}";
  private static final String PUBLISH = "{\"type\":\"publish\",\"address\":\"news\",\"body\":%s}";
  private static final String REGISTER = "{\"type\":\"register\",\"address\":\"news\"}";

  @RegisterExtension final WatchedServer server = new WatchedServer("auth,guard");

  RuleReloadTest() throws IOException {}

  @Test
  void aRuleThatIsGoneEndsARegistrationAndSaysSo() throws Exception {
    server.start(OPEN);
    WsConversation listener = client();
    WsConversation sender = client();
    sync(listener.send(REGISTER));
    sync(sender.send(PUBLISH.formatted(1)));
    assertThat(new JsonObject(listener.text()).getInteger("body")).isEqualTo(1);

    server.settings("bridge: {inbound: [{address: news}], outbound: []}");
    server.reload();

    JsonObject told = new JsonObject(listener.text());
    assertThat(told.getString("type")).isEqualTo("err");
    assertThat(told.getString("address")).isEqualTo("news");
    assertThat(told.getString("body")).isEqualTo("access_denied");
    sync(sender.send(PUBLISH.formatted(2)));
    sync(listener);
    refused(listener.send(REGISTER));
    listener.bye();
    sender.bye();
  }

  @Test
  void aRuleThatIsGoneStopsASender() throws Exception {
    server.start(OPEN);
    WsConversation listener = client();
    WsConversation sender = client();
    sync(listener.send(REGISTER));

    server.settings("bridge: {inbound: [{address: other}], outbound: [{address: news}]}");
    server.reload();

    sync(sender);
    refused(sender.send(PUBLISH.formatted(1)));
    sync(listener);
    listener.bye();
    sender.bye();
  }

  @Test
  void aNewRuleHoldsForOpenSessions() throws Exception {
    server.start("bridge: {inbound: [], outbound: []}");
    WsConversation listener = client();
    WsConversation sender = client();
    refused(listener.send(REGISTER));
    refused(sender.send(PUBLISH.formatted(1)));

    server.settings(OPEN);
    server.reload();

    sync(listener.send(REGISTER));
    sync(sender.send(PUBLISH.formatted(2)));
    assertThat(new JsonObject(listener.text()).getInteger("body")).isEqualTo(2);
    listener.bye();
    sender.bye();
  }

  @Test
  void aRegistrationThatIsStillAllowedGoesOn() throws Exception {
    server.start(OPEN);
    WsConversation listener = client();
    WsConversation sender = client();
    sync(listener.send(REGISTER));

    server.settings("bridge: {inbound: [{address: news}], outbound: [{addressRegex: 'n.*'}]}");
    server.reload();

    sync(listener);
    sync(sender.send(PUBLISH.formatted(1)));
    assertThat(new JsonObject(listener.text()).getInteger("body")).isEqualTo(1);
    listener.bye();
    sender.bye();
  }

  @Test
  void aRuleThatIsNoneChangesNothing() throws Exception {
    server.start(OPEN);
    WsConversation listener = client();
    sync(listener.send(REGISTER));

    server.settings("bridge: {inbound: [], outbound: [{addressRegex: '('}]}");
    server.reload();

    sync(listener);
    sync(listener.send(PUBLISH.formatted(1)), 1);
    listener.bye();
  }

  private WsConversation client() throws IOException {
    return WsConversation.open(server.port(Role.AUTH))
        .send(Servers.token(server.read(), Duration.ZERO))
        .expect("Authenticated!");
  }

  /** All that was sent before is done, and nothing came back. */
  private static void sync(WsConversation client) {
    client.send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}");
  }

  /** The same, but what was published comes back, before or after. */
  private static void sync(WsConversation client, int published) {
    client.send("{\"type\":\"ping\"}");
    String both = client.text() + client.text();
    assertThat(both).contains("pong", "\"body\":" + published);
  }

  private static void refused(WsConversation client) {
    JsonObject answer = new JsonObject(client.text());
    assertThat(answer.getString("type")).as(answer.encode()).isEqualTo("err");
    assertThat(answer.getString("body")).as(answer.encode()).isEqualTo("access_denied");
  }
}
