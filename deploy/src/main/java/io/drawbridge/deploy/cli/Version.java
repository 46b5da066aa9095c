package io.drawbridge.deploy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class Version implements IVersionProvider {
  static String name() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return "drawbridge " + (version == null ? "(not packaged)" : version);
  }

  @Override
  public String[] getVersion() {
    return new String[] {name()};
  }
}
