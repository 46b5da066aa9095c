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
        each(json, "offences", BanBook.Offence::fromJson),
        json.containsKey("pardons") ? each(json, "pardons", BanBook.Pardon::fromJson) : List.of());
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
    state.offences().forEach(offence -> offences.add(offence.toJson()));
    JsonArray pardons = new JsonArray();
    state.pardons().forEach(pardon -> pardons.add(pardon.toJson()));
    JsonObject json =
        new JsonObject().put("seq", state.seq()).put("bans", bans).put("offences", offences);
    file.save(pardons.isEmpty() ? json : json.put("pardons", pardons));
  }

  private static <T> List<T> each(JsonObject json, String field, Function<JsonObject, T> read) {
    List<T> found = new ArrayList<>();
    for (Object each : json.getJsonArray(field)) {
      found.add(read.apply((JsonObject) each));
    }
    return found;
  }
}
