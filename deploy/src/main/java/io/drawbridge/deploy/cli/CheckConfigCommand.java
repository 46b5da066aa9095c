package io.drawbridge.deploy.cli;

import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** {@code drawbridge check-config}: every problem of a settings file, or what it comes to. */
@Command(
    name = "check-config",
    description = "Tells every problem of a settings file, or prints what it comes to.",
    mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The settings, YAML.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    SettingsResult result = SettingsReader.read(file, System.getenv(), Map.of());
    ConfigOption.tell(result);
    if (result instanceof SettingsResult.Loaded loaded) {
      System.out.print(loaded.effective());
      return ExitCode.OK;
    }
    return ExitCode.USAGE;
  }
}
