package io.drawbridge.config;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object in the data folder, readable by its owner alone, so that it outlives the process:
 * one line of ASCII, always whole. Blocks; to be used by one worker at a time.
 */
public final class JsonFile {
  /** Far more than anything of ours that is kept so. */
  private static final long LARGEST = 256L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new VertxModule())
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private final Path file;

  public JsonFile(Path data, String name) {
    this.file = data.resolve(name);
  }

  public Path path() {
    return file;
  }

  /**
   * What was kept; null where there is no file.
   *
   * @throws IOException when it can't be read or is no JSON object
   */
  public @Nullable JsonObject read() throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    if (Files.size(file) > LARGEST) {
      throw new IOException("more than " + LARGEST + " bytes");
    }
    try {
      return new JsonObject(Files.readString(file));
    } catch (RuntimeException e) {
      throw new IOException("no JSON object", e);
    }
  }

  /**
   * Keeps it, whole or not at all.
   *
   * @throws IOException when what was kept before is still what is kept
   */
  public void save(JsonObject json) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent(), OwnerOnly.FOLDER);
    Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
    // Left by a process that was killed while it wrote.
    Files.deleteIfExists(fresh);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(fresh, options, OwnerOnly.FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(line(json));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Moves what can't be used out of the way, so that it is not lost; where it is now. */
  public Path setAside() throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] line(JsonObject json) throws IOException {
    return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
