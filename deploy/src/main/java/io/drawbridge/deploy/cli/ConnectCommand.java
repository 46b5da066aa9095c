package io.drawbridge.deploy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.SigningKey;
import io.drawbridge.auth.token.TokenOrder;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.connect.Credential;
import io.drawbridge.deploy.connect.Interactive;
import io.drawbridge.deploy.connect.Piped;
import io.drawbridge.deploy.connect.Target;
import io.drawbridge.deploy.connect.TypedHistory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge connect}: a WebSocket client for a terminal, or for a pipe. */
@Command(
    name = "connect",
    description = {
      "A WebSocket client. In a terminal: a line is a text message, /help lists the commands.",
      "With a pipe: each line of standard input is sent as it is, each message that arrives is one",
      "line of standard output, and all else goes to standard error.",
      "Control characters in what arrives are escaped."
    },
    footer = {
      "",
      "Exit status: 0 well, 1 no connection or closed by an error, 2 wrong usage.",
      "A token on the command line can be seen by others of this machine: --token-file is better."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ConnectCommand implements Callable<Integer> {
  private static final Duration TTL = Duration.ofHours(1);
  private static final int LONGEST_FILE = 64 * 1024;

  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config = new ConfigOption();

  @Parameters(paramLabel = "URL", description = "Such as ws://localhost:8765/ or wss://…")
  private String url = "";

  @ArgGroup private @Nullable Token token;

  @Option(
      names = "--token-as",
      paramLabel = "WAY",
      defaultValue = "header",
      description = {
        "How the token travels: header (Authorization), message (the first one) or subprotocol.",
        "Default: header."
      })
  private Credential.Way way = Credential.Way.HEADER;

  @Option(
      names = "--ca",
      paramLabel = "PEM",
      description = "Whom to trust with wss. Default: whom Java trusts.")
  private @Nullable Path ca;

  @Option(names = "--cert", paramLabel = "PEM", description = "The client's own certificate.")
  private @Nullable Path cert;

  @Option(names = "--key", paramLabel = "PEM", description = "The key of --cert.")
  private @Nullable Path key;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "2s",
      converter = TimeSpan.class,
      description = {
        "With a pipe: how long to wait, after the last line, for as many messages as lines were",
        "sent. Default: 2s."
      })
  private Duration patience = Duration.ZERO;

  /** Where the token comes from. */
  private static final class Token {
    @Option(names = "--token", paramLabel = "T", description = "The token.")
    private @Nullable String text;

    @Option(names = "--token-file", paramLabel = "F", description = "A file that holds the token.")
    private @Nullable Path file;

    @Option(
        names = "--user",
        paramLabel = "ID",
        description = "Makes a token for this user, with the secret of the settings here.")
    private @Nullable String user;
  }

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  ConnectCommand() {}

  @Override
  public Integer call() throws Exception {
    Target target;
    Credential credential;
    try {
      target =
          Target.of(url, readable("--ca", ca), readable("--cert", cert), readable("--key", key));
      credential = credential();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
    // A connection that fails is told once, by what the conversation says of it.
    for (String each : List.of("io.vertx.core.http", "io.vertx.core.net")) {
      ((Logger) LoggerFactory.getLogger(each)).setLevel(Level.OFF);
    }
    Vertx vertx = Vertx.vertx();
    try {
      return converse(vertx, target, credential);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private int converse(Vertx vertx, Target target, @Nullable Credential credential)
      throws IOException, InterruptedException {
    if (!Interactive.isPossible()) {
      return new Piped(System.out, spec.commandLine().getErr())
          .run(vertx, target, credential, System.in, patience);
    }
    Path history =
        TypedHistory.file(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    try (Interactive terminal = new Interactive(history)) {
      return terminal.run(vertx, target, credential);
    }
  }

  private static @Nullable Path readable(String option, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw new IllegalArgumentException(option + " " + file + ": can't be read");
    }
    return file;
  }

  private @Nullable Credential credential() throws IOException {
    if (token == null) {
      return null;
    }
    if (token.user != null) {
      return new Credential(issued(token.user), way);
    }
    boolean isFile = token.file != null;
    try {
      String text = token.file == null ? token.text : text(token.file);
      return new Credential(String.valueOf(text), way);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          (isFile ? "--token-file " : "--token ") + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("--token-file " + token.file + ": can't be read", e);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.size(file) > LONGEST_FILE ? "" : Files.readString(file).strip();
  }

  private String issued(String user) throws IOException {
    TokenOrder order;
    try {
      order = TokenOrder.of(user, TTL);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--" + e.getMessage(), e);
    }
    Settings settings = config.read(Map.of());
    if (settings == null) {
      throw new IllegalArgumentException("--user needs settings that are right");
    }
    var secret = SecretFile.secret(settings.auth(), settings.data());
    return Issuing.token(settings, SigningKey.of(secret), order);
  }
}
