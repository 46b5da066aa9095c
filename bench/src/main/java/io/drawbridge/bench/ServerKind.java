package io.drawbridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A server that can be measured.
 *
 * @param name how it is called in the results
 * @param isJava whether it is a JVM
 * @param launcher how to start it
 */
record ServerKind(String name, boolean isJava, Launcher launcher) {

  /** Makes the command line of a process that serves at a port. */
  @FunctionalInterface
  interface Launcher {
    /** The folder is the process' own; what the server needs may be put there. */
    List<String> command(int port, Path folder) throws IOException;
  }
}
