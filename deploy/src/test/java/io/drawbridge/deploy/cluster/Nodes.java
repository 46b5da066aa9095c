package io.drawbridge.deploy.cluster;

import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of processes on loopback, with ports of its own so that no other finds it.
 *
 * <pre>
 * try (Nodes nodes = Nodes.in(folder)) {
 *   NodeProcess guard = nodes.start("guard,ops");
 *   NodeProcess echo = nodes.start("echo,ops", "echo.prefix", "Hello ");
 *   echo.kill();
 *   guard.awaitNodes(1);
 *   nodes.restart(echo);
 * }
 * </pre>
 */
public final class Nodes implements AutoCloseable {
  /** As many as one node may look for another at. */
  private static final int PORTS = 10;

  // Below the ports that the system gives to who asks for any.
  private static final int LOWEST = 20_000;
  private static final int RANGES = 1_000;

  /** Or each would make its own, and no token would be good at two of them. */
  private static final String SECRET = "a secret that all the nodes of a test share";

  private final Path folder;
  private final int port;
  private final @Nullable Network network;
  private final Map<String, String> common = new HashMap<>();
  private final List<NodeProcess> launched = new ArrayList<>();

  private Nodes(Path folder, int port, @Nullable Network network) {
    this.folder = folder;
    this.port = port;
    this.network = network;
    common.put("cluster.port", Integer.toString(port));
    common.put("auth.secret", SECRET);
  }

  /** None yet; their files will be in folders of this one. */
  public static Nodes in(Path folder) throws IOException {
    return new Nodes(folder, freePorts(), null);
  }

  /** Each node that is launched takes the next place of this network. */
  static Nodes over(Network network, Path folder) throws IOException {
    return new Nodes(folder, freePorts(), network)
        .with("cluster.members", network.addresses().toString())
        .with("ops.token", "a token that all the nodes of a test share");
  }

  /** A setting of all nodes that are started from now on. */
  public Nodes with(String path, String value) {
    common.put(path, value);
    return this;
  }

  /**
   * Starts one and waits until it is ready: it has joined, and its ports are open.
   *
   * @param roles as {@code echo,ops}; with ops it can be asked
   * @param changes path, value, path, value …
   */
  public NodeProcess start(String roles, String... changes) throws IOException {
    return launch(roles, changes).awaitReady();
  }

  /** Starts one and does not wait, so that several may start at once. */
  public NodeProcess launch(String roles, String... changes) throws IOException {
    Path own = folder.resolve("node" + launched.size());
    Map<String, String> settings = new HashMap<>(TestSettings.values(own));
    settings.putAll(common);
    settings.put("roles", roles);
    Network.Place place = network == null ? null : network.place(launched.size());
    if (place != null) {
      for (String role : List.of("cluster", "echo", "auth", "ops")) {
        settings.put(role + ".host", place.address());
      }
    }
    for (int i = 0; i < changes.length; i += 2) {
      settings.put(changes[i], changes[i + 1]);
    }
    return add(NodeProcess.launch(own, settings, place));
  }

  /** Starts a node that is over once more, with its settings and files; its ports are new. */
  public NodeProcess restart(NodeProcess over) throws IOException {
    return add(over.again()).awaitReady();
  }

  private NodeProcess add(NodeProcess node) {
    launched.add(node);
    return node;
  }

  /** A token that all of them take, for five minutes. */
  public String token(String user) throws IOException {
    Settings settings = TestSettings.of(folder, "auth.secret", SECRET);
    Vertx vertx = Vertx.vertx();
    try {
      var secret = SecretFile.secret(settings.auth(), settings.data());
      return new TokenIssuer(vertx, settings.auth(), secret, Time.system().wall())
          .issue(user, Duration.ofMinutes(5), "");
    } finally {
      Servers.await(vertx.close().toCompletionStage());
    }
  }

  /** The first of the ports that its nodes meet at. */
  public int clusterPort() {
    return port;
  }

  @Override
  public void close() {
    launched.forEach(NodeProcess::close);
  }

  // --- ports ------------------------------------------------------------------------------------

  /** The first of ten that nobody listens at; another may still come first. */
  public static int freePorts() {
    int from = ThreadLocalRandom.current().nextInt(RANGES);
    for (int i = 0; i < RANGES; i++) {
      int first = LOWEST + (from + i) % RANGES * PORTS;
      if (areFree(first)) {
        return first;
      }
    }
    throw new IllegalStateException("no ten free ports in a row");
  }

  private static boolean areFree(int first) {
    for (int port = first; port < first + PORTS; port++) {
      try {
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      } catch (IOException taken) {
        return false;
      }
    }
    return true;
  }
}
