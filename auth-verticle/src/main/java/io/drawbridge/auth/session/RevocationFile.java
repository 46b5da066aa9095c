package io.drawbridge.auth.session;

import io.drawbridge.config.JsonFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The revocations in the data folder, so that they outlive the process. Blocks; to be used by one
 * worker at a time.
 */
final class RevocationFile {
  private final JsonFile file;

  RevocationFile(Path data) {
    this.file = new JsonFile(data, "revocations.json");
  }

  /**
   * What was kept; nothing where there is no file.
   *
   * @throws IOException when it can't be understood: without it, tokens would be believed again
   */
  List<Revocation> load() throws IOException {
    try {
      JsonObject json = file.read();
      return json == null ? List.of() : revocations(json);
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          file.path()
              + " can't be read ("
              + e.getMessage()
              + "): without it, revoked tokens are good"
              + " again; repair it, or remove it if you accept that",
          e);
    }
  }

  private static List<Revocation> revocations(JsonObject json) {
    List<Revocation> found = new ArrayList<>();
    for (Object each : json.getJsonArray("revocations")) {
      found.add(Revocation.fromJson((JsonObject) each));
    }
    return found;
  }

  /**
   * Keeps them, all or none.
   *
   * @throws IOException when what was kept before is still what is kept
   */
  void save(List<Revocation> revocations) throws IOException {
    JsonArray all = new JsonArray();
    revocations.forEach(each -> all.add(each.toJson()));
    file.save(new JsonObject().put("revocations", all));
  }
}
