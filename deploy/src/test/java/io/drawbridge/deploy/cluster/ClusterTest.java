package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.JdkClient;
import io.drawbridge.deploy.Servers;
import io.drawbridge.edge.TestCertificates;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that run different roles, and work as one. */
class ClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder = Path.of("");

  @Test
  void oneRoleEachServesAsAllInOneDoes() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      serveApart(nodes);
    }
  }

  @Test
  void theSameGoesOverMutualTls() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      certificate(nodes, "signed");
      serveApart(nodes);
    }
  }

  /** Guard, echo and auth in three processes: a client's echo, a bus request, an error event. */
  private static void serveApart(Nodes nodes) throws Exception {
    NodeProcess guard = nodes.start("guard,ops");
    NodeProcess echo = nodes.launch("echo");
    NodeProcess auth = nodes.launch("auth,ops");
    echo.awaitReady();
    auth.awaitReady();
    guard.awaitNodes(3);

    echo.connect("echo").send("hi").expect("Server received: hi").close();
    JdkClient session = auth.connect("auth");
    session.send(nodes.token("ada")).expect("Authenticated!");
    session.send("{\"type\":\"send\",\"address\":\"echo\",\"body\":\"hi\",\"replyAddress\":\"r\"}");
    JsonObject reply = new JsonObject(session.next());
    assertThat(reply.getString("address")).isEqualTo("r");
    assertThat(reply.getString("body")).isEqualTo("Server received: hi");
    await().atMost(PATIENCE).until(auth::isReady);

    assertThat(Servers.get(echo.port("echo"), "/").statusCode()).isEqualTo(426);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(guard.events())
                    .anySatisfy(
                        event -> {
                          assertThat(event.getString("kind")).isEqualTo("BAD_HANDSHAKE");
                          assertThat(event.getString("edge")).isEqualTo("echo");
                          assertThat(event.getString("node")).isEqualTo(echo.name());
                        }));
  }

  @Test
  void aNodeThatTheAuthorityDidNotSignIsNotListenedTo() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      certificate(nodes, "signed");
      NodeProcess guard = nodes.start("guard,ops");
      certificate(nodes, "stranger");
      NodeProcess stranger = nodes.start("echo,ops");
      guard.awaitNodes(2);

      assertThat(Servers.get(stranger.port("echo"), "/").statusCode()).isEqualTo(426);

      assertThat(stranger.check("guard").getString("status")).isEqualTo("DOWN");
      await().atMost(PATIENCE).until(guard::isReady);
      assertThat(guard.events()).isEmpty();
    }
  }

  /** What a node has to say is for those alone that the authority signed, whoever calls. */
  @Test
  void aNodeThatTheAuthorityDidNotSignIsToldNothing() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      certificate(nodes, "stranger");
      NodeProcess stranger = nodes.start("guard,ops");
      certificate(nodes, "signed");
      NodeProcess echo = nodes.start("echo,ops");
      stranger.awaitNodes(2);

      assertThat(Servers.get(echo.port("echo"), "/").statusCode()).isEqualTo(426);

      assertThat(echo.check("guard").getString("status")).isEqualTo("DOWN");
      assertThat(echo.stop()).isZero();
      assertThat(echo.spooled()).isNotEmpty();
      assertThat(stranger.events()).isEmpty();
    }
  }

  /** From now on nodes show this certificate, and believe in those of the authority. */
  private void certificate(Nodes nodes, String name) throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    Path files = Files.createDirectories(folder.resolve("tls-" + name));
    nodes
        .with("cluster.tls.cert", write(files, "cert.pem", certificates.certificate(name)))
        .with("cluster.tls.key", write(files, "key.pem", certificates.key(name)))
        .with("cluster.tls.ca", write(files, "ca.pem", certificates.certificate("ca")));
  }

  private static String write(Path folder, String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void aNodeThatCantJoinSaysWhyInOneLineAndEnds() throws Exception {
    try (Nodes nodes = Nodes.in(folder);
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(other.getLocalPort());

      NodeProcess node = nodes.launch("echo", "cluster.busPort", port);

      assertThat(node.exitStatus()).isEqualTo(1);
      assertThat(node.lines().stream().filter(line -> !line.contains(" INFO ")))
          .containsExactly(
              "drawbridge: can't join the cluster: cluster.busPort " + port + " is taken");
    }
  }

  @Test
  void aNodeThatIsKilledIsMissedAndOneThatComesIsCounted() throws Exception {
    try (Nodes nodes = Nodes.in(folder)) {
      NodeProcess guard = nodes.start("guard,ops");
      assertThat(guard.metric("drawbridge_cluster_nodes")).isEqualTo(1);
      NodeProcess echo = nodes.start("echo");
      guard.awaitNodes(2).awaitLog(echo.name() + " has joined, 2 nodes now");

      echo.kill();

      guard.awaitNodes(1).awaitLog(echo.name() + " is lost, this node is alone in the cluster");
      assertThat(guard.check("cluster"))
          .isEqualTo(
              new JsonObject(
                  "{\"id\":\"cluster\",\"status\":\"UP\",\"data\":{\"nodes\":1,\"lost\":1}}"));

      NodeProcess again = nodes.restart(echo);

      guard.awaitNodes(2);
      assertThat(guard.check("cluster").getJsonObject("data").getInteger("lost")).isZero();
      again.connect("echo").send("hi").expect("Server received: hi").close();
      assertThat(again.log()).contains("is in the cluster, at 127.0.0.1, with [" + guard.name());
      guard.awaitLog(again.name() + " has joined");
      assertThat(again.stop()).isZero();
      guard.awaitLog(again.name() + " has left, this node is alone in the cluster");
      assertThat(guard.check("cluster").getJsonObject("data").getInteger("lost")).isZero();
    }
  }
}
