package io.drawbridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code java -jar bench.jar}: measures, and serves the peers that are measured against. */
@Command(
    name = "bench",
    description = "Measures Drawbridge.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EchoComparison.class,
      ConnectComparison.class,
      FanOutComparison.class,
      RequestComparison.class,
      SessionsRun.class,
      ClusterRun.class,
      Main.Wire.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  private Main() {}

  public static void main(String[] arguments) {
    int status = new CommandLine(new Main()).execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "serve-vertx", hidden = true, description = "Serves VertxTextEcho.")
  void serveVertx(
      @Parameters(paramLabel = "PORT") int port, @Parameters(paramLabel = "LOOPS") int loops) {
    VertxTextEcho.serve(port, loops);
  }

  @Command(name = "serve-netty", hidden = true, description = "Serves NettyEcho.")
  void serveNetty(
      @Parameters(paramLabel = "PORT") int port, @Parameters(paramLabel = "LOOPS") int loops)
      throws InterruptedException {
    NettyEcho.serve(port, loops);
  }

  @Command(name = "serve-sockjs", hidden = true, description = "Serves SockJsBridge.")
  void serveSockJs(
      @Parameters(paramLabel = "PORT") int port, @Parameters(paramLabel = "LOOPS") int loops) {
    SockJsBridge.serve(port, loops);
  }

  @Command(name = "serve-sessions", hidden = true, description = "Serves SessionsServer.")
  void serveSessions(@Parameters(paramLabel = "FILE") Path settings) throws IOException {
    SessionsServer.serve(settings);
  }

  /** What JMH knows as options is handed on to it as it is. */
  @Command(name = "wire", description = "Runs the JMH benchmarks of the wire; takes JMH's options.")
  static final class Wire implements Callable<Integer> {
    @Unmatched private String[] options = {};

    @Override
    public Integer call() throws Exception {
      org.openjdk.jmh.Main.main(options);
      return 0;
    }
  }
}
