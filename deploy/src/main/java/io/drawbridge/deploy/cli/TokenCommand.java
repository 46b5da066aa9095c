package io.drawbridge.deploy.cli;

import io.drawbridge.auth.token.TokenOrder;
import io.drawbridge.config.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drawbridge token}: prints a token that the secure server takes, and nothing else. */
@Command(
    name = "token",
    description = {
      "Prints a token that the secure server takes, and nothing else.",
      "It is signed with --key or, without it, with auth.secret or the key in the data folder,",
      "which is made on first use: run it with the settings and in the folder that the server has."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class TokenCommand implements Callable<Integer> {
  private static final String FRESH = "auto";

  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config = new ConfigOption();

  @Mixin private SigningKeyOption key = new SigningKeyOption();

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
      converter = TimeSpan.class,
      description = "How long it lives, such as 90s or 1h. Default: 1h.")
  private Duration ttl = Duration.ZERO;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "What it may do, separated by blanks.")
  private String scope = "";

  @Option(
      names = "--permissions",
      paramLabel = "NAME",
      split = ",",
      splitSynopsisLabel = ",",
      description = "What it may do, as the list \"permissions\".")
  private List<String> permissions = new ArrayList<>();

  @Option(names = "--email", paramLabel = "ADDRESS", description = "The user's e-mail address.")
  private @Nullable String email;

  @Option(
      names = "--jti",
      paramLabel = "ID",
      defaultValue = FRESH,
      description = {
        "The token's own id, by which it can be revoked.",
        "Default: auto, which makes a new one."
      })
  private String jti = FRESH;

  @Option(
      names = "--issuer",
      paramLabel = "NAME",
      description = "Who issued it. Default: auth.issuer.")
  private @Nullable String issuer;

  @Option(
      names = "--audience",
      paramLabel = "NAME",
      split = ",",
      splitSynopsisLabel = ",",
      description = "Whom it is for. Default: the first of auth.audience.")
  private List<String> audience = new ArrayList<>();

  @Option(
      names = "--not-before",
      paramLabel = "TIME",
      defaultValue = "0s",
      converter = TimeSpan.class,
      description = "How long from now until it is valid. Default: at once.")
  private Duration startsIn = Duration.ZERO;

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  TokenCommand() {}

  @Override
  public Integer call() throws IOException {
    TokenOrder order = order();
    Settings settings = config.read(Map.of());
    if (settings == null) {
      return ExitCode.USAGE;
    }
    var signing = key.read(settings);
    try {
      spec.commandLine().getOut().println(Issuing.token(settings, signing, order));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return ExitCode.OK;
  }

  private TokenOrder order() {
    String id = jti.equals(FRESH) ? UUID.randomUUID().toString() : jti;
    try {
      return new TokenOrder(user, ttl, scope, permissions, email, id, issuer, audience, startsIn);
    } catch (IllegalArgumentException e) {
      // Its messages begin with the name of the option.
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }
}
