package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Role;
import io.drawbridge.edge.WsConversation;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys of tokens that change while clients come. */
class KeyReloadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SECRET = "a secret of tests alone, 32 bytes or more";
  private static final String OTHER = "another secret of tests, 32 bytes or more";

  @RegisterExtension final WatchedServer server = new WatchedServer("auth,guard");

  KeyReloadTest() throws IOException {}

  @Test
  void keyFilesChangeUnderLoadAndNoGoodTokenIsRefused() throws Exception {
    SignedTokens before = SignedTokens.make(null);
    SignedTokens after = SignedTokens.make(null);
    server.put("one.pem", before.pem());
    server.put("two.pem", before.pem());
    server.start(twoFiles());
    String old = before.token(server.read());
    String fresh = after.token(server.read());
    WsConversation open = TokenLoad.accepted(port(), old);
    assertThat(status(fresh)).isEqualTo(401);
    TokenLoad load = new TokenLoad(port(), old);

    server.put("two.pem", after.pem());
    await().atMost(PATIENCE).until(() -> status(fresh) == 101);
    load.use(fresh);
    assertThat(status(old)).isEqualTo(101);
    server.put("one.pem", after.pem());
    await().atMost(PATIENCE).until(() -> status(old) == 401);

    load.end();
    open.send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}").bye();
  }

  @Test
  void aBadKeyFileChangesNothingAtAll() throws Exception {
    SignedTokens before = SignedTokens.make(null);
    SignedTokens after = SignedTokens.make(null);
    server.put("one.pem", before.pem());
    server.put("two.pem", after.pem());
    server.start(twoFiles());
    String old = before.token(server.read());

    server.put("one.pem", "half a k");
    server.settings(twoFiles() + "\nfirewall: {deny: [127.0.0.0/8]}");
    server.reload();

    assertThat(status(old)).isEqualTo(101);
    server.put("one.pem", after.pem());
    await().atMost(PATIENCE).until(() -> status(old) == 403);
  }

  @Test
  void anotherSecretIsTaken() throws Exception {
    server.start("auth: {secret: '%s'}".formatted(SECRET));
    String old = Servers.token(server.read(), Duration.ZERO);
    assertThat(status(old)).isEqualTo(101);

    server.settings("auth: {secret: '%s'}".formatted(OTHER));
    server.reload();

    assertThat(status(old)).isEqualTo(401);
    assertThat(status(Servers.token(server.read(), Duration.ZERO))).isEqualTo(101);
  }

  @Test
  void withoutASecretTheOneOfTheDataFolderIsTaken() throws Exception {
    server.start("auth: {secret: '%s'}".formatted(SECRET));
    String old = Servers.token(server.read(), Duration.ZERO);

    server.settings("");
    server.reload();

    assertThat(status(old)).isEqualTo(401);
    assertThat(status(Servers.token(server.read(), Duration.ZERO))).isEqualTo(101);
  }

  @Test
  void aWeakSecretIsTakenOnceThatIsAllowed() throws Exception {
    server.start("auth: {secret: '%s'}".formatted(SECRET));
    String old = Servers.token(server.read(), Duration.ZERO);

    server.settings("auth: {secret: short}");
    server.reload();
    assertThat(status(old)).isEqualTo(101);

    server.settings("auth: {secret: short, allowWeakSecret: true}");
    server.reload();
    assertThat(status(old)).isEqualTo(401);
    assertThat(status(Servers.token(server.read(), Duration.ZERO))).isEqualTo(101);
  }

  @Test
  void anAlgorithmThatIsNoLongerAllowedIsRefused() throws Exception {
    SignedTokens key = SignedTokens.make(null);
    server.put("one.pem", key.pem());
    server.put("two.pem", key.pem());
    server.start(twoFiles());
    String token = key.token(server.read());
    assertThat(status(token)).isEqualTo(101);

    server.settings("auth: {algorithms: [HS256], secret: '%s', keys: []}".formatted(SECRET));
    server.reload();

    assertThat(status(token)).isEqualTo(401);
  }

  @Test
  void anIssuerThatIsNamedNowWaitsForARestartAndTheKeysStay() throws Exception {
    server.start("");
    String token = Servers.token(server.read(), Duration.ZERO);

    server.settings("auth: {jwks: 'https://localhost:1/keys', algorithms: [HS256, ES256]}");
    server.reload();

    assertThat(status(token)).isEqualTo(101);
  }

  private String twoFiles() {
    return "auth: {algorithms: [ES256], keys: [{file: '%s', algorithm: ES256}, {file: '%s', algorithm: ES256}]}"
        .formatted(server.file("one.pem"), server.file("two.pem"));
  }

  private int port() {
    return server.port(Role.AUTH);
  }

  private int status(String token) {
    return TokenLoad.status(port(), token);
  }
}
