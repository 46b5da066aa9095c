package io.drawbridge.deploy.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/**
 * What {@code run} makes of its arguments.
 *
 * @param config the file of the settings
 * @param flags what the other arguments set, by dotted path
 */
public record RunArguments(String config, Map<String, String> flags) {

  /** Throws an exception where the command line would refuse them. */
  public static RunArguments of(List<String> line) {
    ParseResult run = Main.commandLine().parseArgs(line.toArray(String[]::new)).subcommand();
    if (run == null || !run.commandSpec().name().equals("run")) {
      throw new IllegalArgumentException("not run: " + line);
    }
    Map<String, String> flags = new HashMap<>();
    if (run.hasMatchedOption("--roles")) {
      flags.put("roles", run.matchedOptionValue("--roles", ""));
    }
    if (run.hasMatchedOption("--cluster")) {
      flags.put("cluster.enabled", "true");
    }
    return new RunArguments(run.matchedOption("--config").stringValues().get(0), flags);
  }
}
