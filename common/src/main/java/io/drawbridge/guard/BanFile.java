package io.drawbridge.guard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drawbridge.config.OwnerOnly;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bans in the data folder, readable by their owner alone, so that they outlive the process.
 * Blocks; to be used by one worker at a time.
 */
final class BanFile {
  private static final Logger LOG = LoggerFactory.getLogger(BanFile.class);
  private static final String NAME = "bans.json";

  /** Far more than a full book needs. */
  private static final long LARGEST = 64L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Path file;

  BanFile(Path data) {
    this.file = data.resolve(NAME);
  }

  /**
   * What was kept; nothing where there is no file. One that can't be understood is set aside and
   * told: it must neither stop the guard nor be lost.
   */
  BanBook.State load() {
    try {
      return Files.exists(file) ? read() : BanBook.State.EMPTY;
    } catch (IOException | RuntimeException e) {
      LOG.error("{} can't be read, starting without bans: {}", file, e.getMessage());
      setAside();
      return BanBook.State.EMPTY;
    }
  }

  private BanBook.State read() throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("more than " + LARGEST + " bytes");
    }
    JsonObject json = new JsonObject(Files.readString(file));
    return new BanBook.State(
        Ban.wholeNumber(json, "seq"),
        each(json, "bans", Ban::fromJson),
        each(json, "offences", BanFile::offence));
  }

  private void setAside() {
    Path aside = file.resolveSibling(NAME + ".damaged");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.error("it is kept as {}", aside);
    } catch (IOException e) {
      LOG.error("it can't be set aside: {}", e.getMessage());
    }
  }

  /**
   * Keeps it, whole or not at all.
   *
   * @throws IOException when what was kept before is still what is kept
   */
  void save(BanBook.State state) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent(), OwnerOnly.FOLDER);
    Path fresh = file.resolveSibling(NAME + ".tmp");
    // Left by a process that was killed while it wrote.
    Files.deleteIfExists(fresh);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(fresh, options, OwnerOnly.FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(json(state));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static byte[] json(BanBook.State state) throws JsonProcessingException {
    JsonArray bans = new JsonArray();
    state.bans().forEach(ban -> bans.add(ban.toJson().getMap()));
    JsonArray offences = new JsonArray();
    state.offences().forEach(offence -> offences.add(json(offence).getMap()));
    JsonObject json =
        new JsonObject()
            .put("seq", state.seq())
            .put("bans", bans.getList())
            .put("offences", offences.getList());
    return (JSON.writeValueAsString(json.getMap()) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static JsonObject json(BanBook.Offence offence) {
    return new JsonObject()
        .put("subject", offence.subject().text())
        .put("doublings", offence.doublings())
        .put("forgetAt", offence.forgetAt());
  }

  private static BanBook.Offence offence(JsonObject json) {
    return new BanBook.Offence(
        Ban.subject(json),
        (int) Math.min(BanBook.MOST_DOUBLINGS, Ban.wholeNumber(json, "doublings")),
        Ban.wholeNumber(json, "forgetAt"));
  }

  private static <T> List<T> each(JsonObject json, String field, Function<JsonObject, T> read) {
    List<T> found = new ArrayList<>();
    for (Object each : json.getJsonArray(field)) {
      found.add(read.apply((JsonObject) each));
    }
    return found;
  }
}
