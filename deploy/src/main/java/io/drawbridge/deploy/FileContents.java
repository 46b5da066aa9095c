package io.drawbridge.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What some files held at one moment, to tell whether that has changed; the hashes alone. */
record FileContents(Map<Path, String> hashes) {

  /** Reads them; one that can't be read counts as empty, and is told when it is used. */
  static FileContents of(List<Path> files) {
    return new FileContents(
        files.stream().distinct().collect(Collectors.toMap(file -> file, FileContents::hash)));
  }

  /** These, and those of the others that are not among them. */
  FileContents and(FileContents others) {
    Map<Path, String> all = new HashMap<>(others.hashes);
    all.putAll(hashes);
    return new FileContents(all);
  }

  /** Whether each of them was the same then. */
  boolean isIn(FileContents then) {
    return then.hashes.entrySet().containsAll(hashes.entrySet());
  }

  private static String hash(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (IOException unreadable) {
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
