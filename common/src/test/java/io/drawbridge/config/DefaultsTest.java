package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefaultsTest {

  /** Promised to operators: a changed line here is a breaking change. */
  private static final String PROMISED =
      """
data: ./drawbridge-data
echo:    { host: localhost, port: 8765, instances: 0, prefix: "Server received: " }
auth:
  host: localhost
  port: 8888
  instances: 0
  timeout: 5s
  secret: null
  allowWeakSecret: false
  keys: []
  jwks: null
  algorithms: [HS256]
  issuer: null
  audience: []
  leeway: 0s
  sessionsPerUser: 10
  onTooManySessions: replaceOldest
  limits: {}
bridge:
  inbound:  [ { address: echo } ]
  outbound: []
firewall:
  allow: []
  deny: []
  origins: [self, localhost]
  strikes: 10
  window: 1m
  banFor: 5m
  banMax: 24h
proxy:   { trusted: [], protocol: false }
tls:     { cert: null, key: null, clientCa: null }
limits:
  frameSize: 64KiB
  messageSize: 64KiB
  fragments: 100
  messages: 100/s
  bytes: 1MiB/s
  keyMessages: 200/s
  connectRate: 20/s
  connectBurst: 100
  connectionsPerAddress: 1000
  connections: 100000
  handshake: 5s
  outbound: 1MiB
  ping: 30s
  pong: 10s
  onLimit: throttle
  throttledFor: 30s
  whenGuardSilent: share
compression: { enabled: false, level: 6, maxRatio: 100 }
guard:   { log: logs/websocket_errors.log, maxFileSize: 50MiB, maxHistory: 30, perPeerPerMinute: 20 }
ops:     { host: localhost, port: 8890, token: null }
cluster: { enabled: false, host: 127.0.0.1, members: [127.0.0.1], port: 5701, kubernetesService: null, tls: {} }
drain:   { over: 20s }
roles:   [echo, auth, guard, ops]
""";

  @Test
  void areThePromisedOnes() {
    ObjectNode promised = (ObjectNode) YamlText.parse(PROMISED);
    ((ObjectNode) promised.get("echo")).putObject("limits");
    ((ObjectNode) promised.get("compression")).put("contextTakeover", false);
    ((ObjectNode) promised.get("auth"))
        .putNull("jwksCa")
        .put("discovery", false)
        .put("revokedFor", "30d");

    ((ObjectNode) promised.get("cluster")).put("busPort", 0);
    ((ObjectNode) promised.get("cluster").get("tls")).putNull("cert").putNull("key").putNull("ca");
    promised
        .putObject("session")
        .put("resumeFor", "30s")
        .put("resumeMessages", 1000)
        .put("resumeBytes", "1MiB")
        .putNull("ticketKey");

    assertThat((JsonNode) Defaults.tree()).isEqualTo(promised);
  }

  @Test
  void becomeTypedSettings() {
    Settings defaults = SettingsReader.defaults();

    assertThat(defaults.data()).isEqualTo(Path.of("./drawbridge-data"));
    assertThat(defaults.echo().host()).isEqualTo("localhost");
    assertThat(defaults.echo().prefix()).isEqualTo("Server received: ");
    assertThat(defaults.echo().limits()).isEqualTo(defaults.limits());
    assertThat(defaults.auth().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.auth().secret()).isNull();
    assertThat(defaults.auth().onTooManySessions()).isEqualTo(OnTooManySessions.REPLACE_OLDEST);
    assertThat(defaults.bridge().inbound())
        .containsExactly(
            new BridgeRule(
                "echo", null, null, null, Set.of(BridgeAction.SEND, BridgeAction.PUBLISH), null));
    assertThat(defaults.limits().frameSize()).isEqualTo(65_536);
    assertThat(defaults.limits().bytes()).isEqualTo(new Rate(1 << 20, Duration.ofSeconds(1)));
    assertThat(defaults.limits().onLimit()).isEqualTo(OnLimit.THROTTLE);
    assertThat(defaults.guard().maxFileSize()).isEqualTo(50L << 20);
    assertThat(defaults.roles()).containsExactly(Role.values());
  }

  @Test
  void holdEveryKeyInTheShapeAndTheEdgesOwnLimits() {
    assertThat(Defaults.paths())
        .doesNotHaveDuplicates()
        .contains("echo.port", "cluster.tls.ca", "echo.limits", "auth.limits.pong", "roles")
        .doesNotContain("echo", "limits");
  }

  @Test
  void areCopiedForEachCaller() {
    Defaults.tree().removeAll();

    assertThat(List.copyOf(Defaults.tree().properties())).isNotEmpty();
  }
}
