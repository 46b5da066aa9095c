package io.drawbridge.deploy.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drawbridge}: exit status 0 for well, 1 for failed, 2 for wrong usage or settings. */
@Command(
    name = "drawbridge",
    description = "A guarded WebSocket gateway for the Vert.x event bus.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Each setting may stand in a file (--config), or in a variable such as DRAWBRIDGE_ECHO_PORT.",
      "Exit status: 0 well, 1 failed, 2 wrong usage or settings."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      TokenCommand.class,
      ConnectCommand.class,
      CheckConfigCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** What runs a command line; its result is the exit status. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::failed);
  }

  private static int failed(
      Exception cause, CommandLine command, CommandLine.ParseResult arguments) {
    command.getErr().println("drawbridge: " + words(cause));
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /** What went wrong, for an operator: no class name, and no file without a reason. */
  private static String words(Throwable cause) {
    Throwable inner = cause.getCause();
    if (inner != null
        && (cause instanceof ExecutionException || cause instanceof CompletionException)) {
      return words(inner);
    }
    if (cause instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (cause instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + ": exists, but is no folder";
    }
    if (cause instanceof FileSystemException broken && broken.getReason() == null) {
      return broken.getFile() + ": can't be read or written";
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
