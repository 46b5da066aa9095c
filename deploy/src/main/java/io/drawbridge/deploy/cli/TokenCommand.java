package io.drawbridge.deploy.cli;

import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.config.Quantities;
import io.drawbridge.config.Settings;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code drawbridge token}: prints a token that the secure server takes, and nothing else. */
@Command(
    name = "token",
    description = {
      "Prints a token that the secure server takes, and nothing else.",
      "It is signed with auth.secret or, where that is not set, with the key in the data folder,",
      "which is made on first use: run it with the settings and in the folder that the server has."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class TokenCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--user",
      required = true,
      paramLabel = "ID",
      description = "Whose token it is: its user_id.")
  private String user = "";

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = Ttl.class,
      description = "How long it lives, such as 90s or 1h. Default: 1h.")
  private Duration ttl = Duration.ZERO;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "What it may do, separated by blanks.")
  private String scope = "";

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  TokenCommand() {}

  @Override
  public Integer call() throws IOException {
    if (user.isBlank()) {
      throw new ParameterException(spec.commandLine(), "--user must not be empty");
    }
    Settings settings = config.read(Map.of());
    if (settings == null) {
      return ExitCode.USAGE;
    }
    Vertx vertx = Vertx.vertx();
    try {
      var secret = SecretFile.secret(settings.auth(), settings.data());
      var issuer = new TokenIssuer(vertx, settings.auth(), secret, Time.system().wall());
      spec.commandLine().getOut().println(issuer.issue(user, ttl, scope));
      return ExitCode.OK;
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** Times are written as in the settings. */
  private static final class Ttl implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Quantities.parseDuration(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
