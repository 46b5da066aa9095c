package io.drawbridge.deploy.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drawbridge}: exit status 0 for well, 1 for failed, 2 for wrong usage or settings. */
@Command(
    name = "drawbridge",
    description = "A guarded WebSocket gateway for the Vert.x event bus.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {RunCommand.class, TokenCommand.class, CheckConfigCommand.class})
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command line; the exit status. */
  public static int execute(String... arguments) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::failed)
        .execute(arguments);
  }

  private static int failed(
      Exception cause, CommandLine command, CommandLine.ParseResult arguments) {
    command.getErr().println("drawbridge: " + cause.getMessage());
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
