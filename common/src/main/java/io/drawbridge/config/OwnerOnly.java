package io.drawbridge.config;

import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What the product makes in its data folder is readable by its owner alone, from the first byte.
 */
public final class OwnerOnly {
  /** For a folder: mode 0700. */
  public static final FileAttribute<?> FOLDER = mode("rwx------");

  /** For a file: mode 0600. */
  public static final FileAttribute<?> FILE = mode("rw-------");

  private OwnerOnly() {}

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
