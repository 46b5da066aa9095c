package io.drawbridge.guard;

import io.drawbridge.config.JsonFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bans in the data folder, so that they outlive the process. Blocks; to be used by one worker
 * at a time.
 */
final class BanFile {
  private static final Logger LOG = LoggerFactory.getLogger(BanFile.class);

  private final JsonFile file;

  BanFile(Path data) {
    this.file = new JsonFile(data, "bans.json");
  }

  /**
   * What was kept; nothing where there is no file. One that can't be understood is set aside and
   * told: it must neither stop the guard nor be lost.
   */
  BanBook.State load() {
    try {
      JsonObject json = file.read();
      return json == null ? BanBook.State.EMPTY : state(json);
    } catch (IOException | RuntimeException e) {
      LOG.error("{} can't be read, starting without bans: {}", file.path(), e.getMessage());
      setAside();
      return BanBook.State.EMPTY;
    }
  }

  private static BanBook.State state(JsonObject json) {
    return new BanBook.State(
        Ban.wholeNumber(json, "seq"),
        each(json, "bans", Ban::fromJson),
        each(json, "offences", BanFile::offence));
  }

  private void setAside() {
    try {
      LOG.error("it is kept as {}", file.setAside());
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
    JsonArray bans = new JsonArray();
    state.bans().forEach(ban -> bans.add(ban.toJson()));
    JsonArray offences = new JsonArray();
    state.offences().forEach(offence -> offences.add(json(offence)));
    file.save(new JsonObject().put("seq", state.seq()).put("bans", bans).put("offences", offences));
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
