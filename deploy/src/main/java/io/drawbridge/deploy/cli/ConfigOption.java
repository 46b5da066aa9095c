package io.drawbridge.deploy.cli;

import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.TlsFiles;
import io.drawbridge.config.TlsSettings;
import io.drawbridge.guard.Time;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --config}, and how its problems are told. */
final class ConfigOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The settings, YAML. Without it: the environment and the defaults.")
  private @Nullable Path file;

  @SuppressWarnings("NullAway.Init") // picocli sets command
  ConfigOption() {}

  /** Where the settings are; null where no file was named. */
  @Nullable Path file() {
    return file;
  }

  /** The settings as they are now. */
  SettingsResult result(Map<String, String> flags) {
    return SettingsReader.read(file, System.getenv(), flags);
  }

  /** The same as {@link #read} for who will serve: the files that settings name count, too. */
  @Nullable Settings readToServe(Map<String, String> flags) {
    Settings settings = read(flags);
    return settings != null && tellFiles(settings, command.commandLine().getErr())
        ? settings
        : null;
  }

  /**
   * Prints problems and warnings of the files that settings name; false where there are problems.
   */
  static boolean tellFiles(Settings settings, PrintWriter err) {
    boolean edges = tellFiles(settings.tls(), err);
    boolean nodes = tellFiles(settings.cluster().tls(), err);
    return edges && nodes;
  }

  private static boolean tellFiles(TlsSettings settings, PrintWriter err) {
    TlsFiles.Contents tls = TlsFiles.read(settings, Time.system().now());
    tls.warnings().forEach(warning -> err.println("warning: " + warning));
    tls.problems().forEach(err::println);
    return tls.problems().isEmpty();
  }

  /** The settings, or null after every problem was printed. */
  @Nullable Settings read(Map<String, String> flags) {
    SettingsResult result = result(flags);
    tell(result, command.commandLine().getErr());
    return result instanceof SettingsResult.Loaded loaded ? loaded.settings() : null;
  }

  /** Prints problems and warnings, each with its path. */
  static void tell(SettingsResult result, PrintWriter err) {
    if (result instanceof SettingsResult.Loaded loaded) {
      loaded.warnings().forEach(warning -> err.println("warning: " + warning));
    } else if (result instanceof SettingsResult.Refused refused) {
      refused.problems().forEach(err::println);
    }
  }
}
