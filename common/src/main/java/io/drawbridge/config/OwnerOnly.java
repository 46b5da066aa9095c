package io.drawbridge.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * What the product makes in its data folder is readable by its owner alone, from the first byte; so
 * should the keys be that it is given.
 */
public final class OwnerOnly {
  /** For a folder: mode 0700. */
  public static final FileAttribute<?> FOLDER = mode("rwx------");

  /** For a file: mode 0600. */
  public static final FileAttribute<?> FILE = mode("rw-------");

  private OwnerOnly() {}

  /** Whether its group or everybody may read a file; false where the file system does not tell. */
  public static boolean isReadByOthers(Path file) {
    try {
      Set<PosixFilePermission> modes = Files.getPosixFilePermissions(file);
      return modes.contains(PosixFilePermission.GROUP_READ)
          || modes.contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
