package io.drawbridge.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Text that must not be told: it can't slip into a log by being printed. */
public final class Secret {

  /** What stands in for a secret wherever one is shown. */
  static final String MASK = "***";

  private final byte[] bytes;

  public Secret(String text) {
    bytes = text.getBytes(StandardCharsets.UTF_8);
  }

  /** The secret itself. */
  public String reveal() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The secret in UTF-8; a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Takes the same time wherever two secrets of one length differ. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
  }

  /** The length alone, so that the hash tells nothing of the content. */
  @Override
  public int hashCode() {
    return bytes.length;
  }

  @Override
  public String toString() {
    return MASK;
  }
}
