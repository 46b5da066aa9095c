package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Secret;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The secure edge on a free port. After each test, every place must have been given back, and no
 * token may be in the log.
 */
final class AuthGateway implements AfterEachCallback {
  private final TestGateway gateway = new TestGateway();

  AuthGateway start(String yaml) {
    gateway.start(
        yaml, made -> new AuthVerticle(made, new Secret(Tokens.SECRET)), AuthVerticle::port);
    return this;
  }

  TestGateway gateway() {
    return gateway;
  }

  WsConversation open() {
    return gateway.open();
  }

  /** The answer to a handshake that is refused. */
  HttpAnswer refused(HandshakeText handshake) {
    return WsConversation.refused(gateway.port(), handshake);
  }

  /** The event of this id, which must be of this kind. */
  JsonObject logged(String id, String kind) {
    JsonObject event = gateway.errors().awaitId(id);
    assertThat(event.getString("kind")).isEqualTo(kind);
    assertThat(event.getString("edge")).isEqualTo("auth");
    assertThat(event.getString("peer")).isEqualTo("127.0.0.1");
    return event;
  }

  @Override
  public void afterEach(ExtensionContext test) throws Exception {
    try {
      gateway.closeAll();
      gateway.awaitNobody();
      // Every token made of JSON begins like this, and so do its header and its payload.
      assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
    } finally {
      gateway.afterEach(test);
    }
  }
}
