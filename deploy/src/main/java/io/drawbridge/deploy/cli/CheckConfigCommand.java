package io.drawbridge.deploy.cli;

import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge check-config}: every problem of a settings file, or what it comes to. */
@Command(
    name = "check-config",
    description = {
      "Tells every problem of a settings file, each with its path, or prints what it comes to:",
      "every key with the value in force, secrets masked. The environment counts, too.",
      "With --explain, tells instead which rule of the bridge decides for an address."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CheckConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The settings, YAML.")
  private Path file = Path.of("");

  @ArgGroup(exclusive = false)
  private @Nullable ExplainOption explain;

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  CheckConfigCommand() {}

  @Override
  public Integer call() {
    SettingsResult result = SettingsReader.read(file, System.getenv(), Map.of());
    ConfigOption.tell(result, spec.commandLine().getErr());
    if (result instanceof SettingsResult.Loaded loaded
        && ConfigOption.tellFiles(loaded.settings(), spec.commandLine().getErr())) {
      PrintWriter out = spec.commandLine().getOut();
      if (explain == null) {
        out.print(loaded.effective());
      } else {
        explain.answer(loaded.settings().bridge()).forEach(out::println);
      }
      out.flush();
      return ExitCode.OK;
    }
    return ExitCode.USAGE;
  }
}
