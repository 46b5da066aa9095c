package io.drawbridge.auth.token;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.OwnerOnly;
import io.drawbridge.config.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret of the HS algorithms: the configured one, or else a random one that is made on first
 * use and kept in the data folder, readable by its owner alone. Blocks; to be used before anything
 * is served.
 */
public final class SecretFile {
  private static final String NAME = "auth-secret";

  /** What the secret has at least. */
  private static final int BYTES = 32;

  /** What goes into a new one: enough for HS512. */
  private static final int RANDOM_BYTES = 64;

  private SecretFile() {}

  /**
   * The configured secret, or the one of this data folder.
   *
   * @throws IOException when the data folder can't be written, or the file in it is no secret
   */
  public static Secret secret(AuthSettings settings, Path data) throws IOException {
    Secret configured = settings.secret();
    return configured != null ? configured : kept(settings, data);
  }

  private static Secret kept(AuthSettings settings, Path data) throws IOException {
    Files.createDirectories(data, OwnerOnly.FOLDER);
    Path file = data.resolve(NAME);
    if (!Files.exists(file)) {
      make(file);
    }
    String text = Files.readString(file).trim();
    int least = Math.max(BYTES, settings.secretBytes());
    if (text.getBytes(StandardCharsets.UTF_8).length < least) {
      throw new IOException(
          file + " holds no secret of " + least + " bytes: remove it, and a new one is made");
    }
    return new Secret(text);
  }

  /** Under another name first, so that nobody ever reads half a secret. */
  private static void make(Path file) throws IOException {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Path fresh = Files.createTempFile(file.getParent(), NAME, null, OwnerOnly.FILE);
    try {
      Files.writeString(fresh, text + "\n", StandardOpenOption.WRITE);
      // A link fails where the name is taken already; to move looks and acts in two steps.
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster: its secret is as good as ours.
    } finally {
      Files.delete(fresh);
    }
  }
}
