package io.drawbridge.deploy.cli;

import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.SigningKey;
import io.drawbridge.auth.token.SigningKeyFile;
import io.drawbridge.config.KeyFile;
import io.drawbridge.config.OwnerOnly;
import io.drawbridge.config.Secret;
import io.drawbridge.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --algorithm} and {@code --key}: what a token is signed with. */
final class SigningKeyOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      description = {
        "Such as RS256: HS, RS, PS or ES with 256, 384 or 512, or EdDSA.",
        "Default: what fits the key, HS256 without --key."
      })
  private @Nullable String algorithm;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = {
        "What to sign with: a private key as PEM (PKCS#8) or a JWK.",
        "Default: auth.secret, or the key in the data folder."
      })
  private @Nullable Path file;

  @SuppressWarnings("NullAway.Init") // picocli sets command
  SigningKeyOption() {}

  /**
   * The key. What is wrong with it is wrong usage; what may be is a warning.
   *
   * @throws IOException when there is no {@code --key} and the data folder can't be used
   */
  SigningKey read(Settings settings) throws IOException {
    if (algorithm != null && !KeyFile.ALGORITHMS.contains(algorithm)) {
      throw wrong("--algorithm must be one of " + String.join(", ", KeyFile.ALGORITHMS));
    }
    SigningKey key = file == null ? secret(settings) : key(file);
    if (!settings.auth().algorithms().contains(key.algorithm())) {
      err()
          .println(
              "warning: auth.algorithms does not list %s: a server with these settings refuses it"
                  .formatted(key.algorithm()));
    }
    return key;
  }

  private SigningKey secret(Settings settings) throws IOException {
    if (algorithm != null && !algorithm.startsWith("HS")) {
      throw wrong("--algorithm " + algorithm + " needs --key with a private key");
    }
    Secret secret = SecretFile.secret(settings.auth(), settings.data());
    if (algorithm == null || algorithm.equals("HS256")) {
      return SigningKey.of(secret);
    }
    try {
      return SigningKey.of(secret.bytes(), algorithm, null);
    } catch (IllegalArgumentException e) {
      throw wrong("--algorithm " + e.getMessage() + ", the secret of these settings");
    }
  }

  private SigningKey key(Path file) {
    try {
      SigningKey key = SigningKeyFile.read(file, algorithm);
      warnIfOthersReadIt(file);
      return key;
    } catch (IllegalArgumentException e) {
      throw wrong("--key " + file + ": " + e.getMessage());
    } catch (IOException e) {
      throw wrong("--key " + file + ": can't be read");
    }
  }

  private void warnIfOthersReadIt(Path file) {
    if (OwnerOnly.isReadByOthers(file)) {
      err().println("warning: --key " + file + " can be read by others: chmod 600 it");
    }
  }

  private PrintWriter err() {
    return command.commandLine().getErr();
  }

  private ParameterException wrong(String words) {
    return new ParameterException(command.commandLine(), words);
  }
}
