package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The error log as an operator reads it, for tests. */
public final class ErrorLogFile {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(10);

  private final Path file;

  public ErrorLogFile(Path file) {
    this.file = file;
  }

  /** All of it; empty while there is no file. */
  public String text() {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The events that are in it now. */
  public List<JsonObject> events() {
    String text = text();
    // The last line may be half written yet.
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(JsonObject::new).toList();
  }

  /** The event that a peer was told the id of. */
  public JsonObject awaitId(String id) {
    assertThat(id).as("an id that the peer was told").isNotEmpty();
    return awaited("id " + id, event -> id.equals(event.getString("id")));
  }

  /** The first event of a kind, where the peer can't be told. */
  public JsonObject awaitKind(String kind) {
    return awaited("kind " + kind, event -> kind.equals(event.getString("kind")));
  }

  /** How many events of a kind are in it now. */
  public long count(String kind) {
    return events().stream().filter(event -> kind.equals(event.getString("kind"))).count();
  }

  private JsonObject awaited(String what, Predicate<JsonObject> wanted) {
    return await()
        .alias("the error log holds " + what)
        .atMost(PATIENCE)
        .pollInterval(LOOK_EVERY)
        .until(() -> events().stream().filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }
}
