package io.drawbridge.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All servers that can be measured. Those in Java get the same JVM options, the same number of
 * event loops and the native transport.
 */
final class ServerKinds {

  private static final String SETTINGS =
      """
      data: data
      echo: { host: 127.0.0.1, port: %d, instances: %d, prefix: "%s" }
      auth: { host: 127.0.0.1, port: %d, instances: %d, secret: "%s", sessionsPerUser: 100000 }
      ops: { port: 0 }
      guard: { log: errors.log }
      firewall: { strikes: 1000000 }
      limits:
        frameSize: 1MiB
        messageSize: 1MiB
        messages: %s
        bytes: %s
        keyMessages: %s
        connectRate: 1000000/s
        connectBurst: 1000000
        connections: 100000
        connectionsPerAddress: 100000
        outbound: 64MiB
        ping: 1h
      """;

  /** What clients of {@link BusClients} may do. */
  private static final String RULES =
      """
      bridge:
        inbound: [ { address: echo }, { address: %1$s } ]
        outbound: [ { address: %1$s } ]
      """
          .formatted(BusTraffic.ADDRESS);

  /** Every limit is high but none is off, so that each check is made for each message. */
  private static final List<String> GUARDED = List.of("100000000/s", "1000GiB/s", "100000000/s");

  /** The limits of each message are off, to see what they cost. */
  private static final List<String> UNGUARDED = List.of("unlimited", "unlimited", "unlimited");

  private final List<String> javaOptions;
  private final int loops;

  ServerKinds(List<String> javaOptions, int loops) {
    this.javaOptions = javaOptions;
    this.loops = loops;
  }

  /** An echo server. */
  ServerKind named(String name) {
    String self = System.getProperty("java.class.path");
    return switch (name) {
      case "drawbridge" -> drawbridge(name, self, GUARDED);
      case "unguarded" -> drawbridge(name, self, UNGUARDED);
      case "vertx" -> peer(name, self, "serve-vertx");
      case "netty" -> peer(name, self, "serve-netty");
      case "ws" -> node(name, "ws-echo.js", "ws");
      default -> throw new IllegalArgumentException("no such server: " + name);
    };
  }

  /** A server that wants a token in the first message, as {@link ConnectTraffic} sends it. */
  ServerKind secure(String name) {
    String self = System.getProperty("java.class.path");
    return switch (name) {
      case "drawbridge" -> secureDrawbridge(name, self);
      case "ws" -> node(name, "ws-auth.js", "ws", "jsonwebtoken");
      case "go" -> new ServerKind(name, false, ServerKinds::go);
      default -> throw new IllegalArgumentException("no such server: " + name);
    };
  }

  /** Another build of Drawbridge, as a secure server. */
  ServerKind secureDrawbridge(String name, String jar) {
    return new ServerKind(
        name, true, (port, folder) -> run(jar, folder, settings(0, port, GUARDED)));
  }

  /** A server that passes messages on between its clients, as {@link BusTraffic} sends them. */
  ServerKind bus(String name) {
    String self = System.getProperty("java.class.path");
    return switch (name) {
      case "drawbridge" -> busDrawbridge(name, self);
      case "sockjs" -> peer(name, self, "serve-sockjs");
      case "ws" -> node(name, "ws-bus.js", "ws");
      default -> throw new IllegalArgumentException("no such server: " + name);
    };
  }

  /** Another build of Drawbridge, as a bridge to the event bus. */
  ServerKind busDrawbridge(String name, String jar) {
    return new ServerKind(
        name, true, (port, folder) -> run(jar, folder, settings(0, port, GUARDED) + RULES));
  }

  /** A build of this program, as the secure server of {@link SessionsServer}. */
  ServerKind sessions(String name, String jar) {
    return new ServerKind(
        name,
        true,
        (port, folder) -> {
          Path file = folder.resolve("drawbridge.yaml");
          Files.writeString(file, settings(0, port, GUARDED));
          return java(jar, Main.class.getName(), "serve-sessions", file.toString());
        });
  }

  /** Another build of Drawbridge. */
  ServerKind drawbridge(String name, String jar) {
    return drawbridge(name, jar, GUARDED);
  }

  /** An echo edge of a cluster whose nodes look for each other from this port on. */
  ServerKind clusterEcho(String name, int clusterPort) {
    String self = System.getProperty("java.class.path");
    return new ServerKind(
        name,
        true,
        (port, folder) ->
            run(self, folder, settings(port, 0, GUARDED) + cluster("echo", clusterPort)));
  }

  /** A guard of such a cluster; what accepts connections is its operations port. */
  ServerKind clusterGuard(String name, int clusterPort) {
    String self = System.getProperty("java.class.path");
    return new ServerKind(
        name,
        true,
        (port, folder) -> {
          String guard =
              settings(0, 0, GUARDED).replace("ops: { port: 0 }", "ops: { port: " + port + " }");
          return run(self, folder, guard + cluster("guard, ops", clusterPort));
        });
  }

  private static String cluster(String roles, int port) {
    return "roles: [" + roles + "]\ncluster: { enabled: true, port: " + port + " }\n";
  }

  /** Any program that answers as {@link EchoTraffic} expects; its words are split at spaces. */
  ServerKind command(String name, String program) {
    return new ServerKind(
        name,
        false,
        (port, folder) -> {
          List<String> command = new ArrayList<>(List.of(program.split(" ")));
          command.add(Integer.toString(port));
          return command;
        });
  }

  private ServerKind drawbridge(String name, String classPath, List<String> limits) {
    return new ServerKind(
        name, true, (port, folder) -> run(classPath, folder, settings(port, 0, limits)));
  }

  private String settings(int echoPort, int authPort, List<String> limits) {
    return SETTINGS.formatted(
        echoPort,
        loops,
        EchoTraffic.PREFIX,
        authPort,
        loops,
        ConnectTraffic.SECRET,
        limits.get(0),
        limits.get(1),
        limits.get(2));
  }

  private List<String> run(String classPath, Path folder, String settings) throws IOException {
    Path file = Files.writeString(folder.resolve("drawbridge.yaml"), settings);
    return java(classPath, "io.drawbridge.deploy.cli.Main", "run", "--config", file.toString());
  }

  private ServerKind peer(String name, String classPath, String command) {
    return new ServerKind(
        name,
        true,
        (port, folder) ->
            java(
                classPath,
                Main.class.getName(),
                command,
                Integer.toString(port),
                Integer.toString(loops)));
  }

  private List<String> java(String classPath, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.add("-cp");
    command.add(absolute(classPath));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Each process runs in a folder of its own. */
  private static String absolute(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The script lies where npm has put its packages, below the folder that this runs in. */
  private static ServerKind node(String name, String script, String... packages) {
    return new ServerKind(
        name,
        false,
        (port, folder) -> {
          Path scripts = Path.of("bench", "src", "main", "node").toAbsolutePath();
          for (String each : packages) {
            if (!Files.isDirectory(scripts.resolve("node_modules").resolve(each))) {
              throw new IOException(
                  "npm's " + each + " is not there; npm --prefix bench/src/main/node install");
            }
          }
          return List.of("node", scripts.resolve(script).toString(), Integer.toString(port));
        });
  }

  /** Built with what Debian has of gorilla and golang-jwt, without modules. */
  private static List<String> go(int port, Path folder) throws IOException {
    Path source = Path.of("bench", "src", "main", "go", "auth.go").toAbsolutePath();
    Path program = folder.resolve("auth");
    ProcessBuilder build =
        new ProcessBuilder("go", "build", "-o", program.toString(), source.toString())
            .redirectErrorStream(true);
    build.environment().put("GO111MODULE", "off");
    build.environment().put("GOPATH", "/usr/share/gocode");
    Process compiler = build.start();
    String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!output.isEmpty() || !Files.exists(program)) {
      throw new IOException("its build failed: " + output.strip());
    }
    return List.of(program.toString(), Integer.toString(port));
  }
}
