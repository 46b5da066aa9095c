package io.drawbridge.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparing;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** What stands in an error log, read as an operator reads it. */
record LogFile(Path path) {

  /** Its lines; none when there is no file. */
  List<String> lines() throws IOException {
    return Files.isRegularFile(path) ? lines(Files.readAllBytes(path)) : List.of();
  }

  /** Each line, which must be one JSON object. */
  List<JsonObject> events() throws IOException {
    return lines().stream().map(JsonObject::new).toList();
  }

  List<String> ids() throws IOException {
    return events().stream().map(event -> event.getString("id")).toList();
  }

  /** The rolled files, the oldest first. */
  List<Path> rolled() throws IOException {
    try (Stream<Path> beside = Files.list(path.toAbsolutePath().getParent())) {
      // What means something in a regular expression is replaced.
      String name = path.getFileName().toString().replaceAll("[\\\\(){}\\[\\]*+?^$|]", "_") + ".";
      return beside
          .filter(file -> file.getFileName().toString().startsWith(name))
          .filter(file -> file.getFileName().toString().endsWith(".gz"))
          .sorted(comparing(LogFile::index))
          .toList();
    }
  }

  /** Whether no rolled file is still being zipped, which Logback does beside. */
  boolean isZipped() throws IOException {
    try (Stream<Path> beside = Files.list(path.toAbsolutePath().getParent())) {
      return beside.noneMatch(file -> file.getFileName().toString().endsWith(".tmp"));
    }
  }

  /** All lines ever written, the oldest first. */
  List<String> allIds() throws IOException {
    List<String> ids = new ArrayList<>();
    for (Path file : rolled()) {
      try (var zipped = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
        lines(zipped.readAllBytes()).forEach(line -> ids.add(id(line)));
      }
    }
    lines().forEach(line -> ids.add(id(line)));
    return ids;
  }

  private static String id(String line) {
    return new JsonObject(line).getString("id");
  }

  /** The number in {@code log.2026-11-22.NUMBER.gz}. */
  private static int index(Path file) {
    String[] parts = file.getFileName().toString().split("\\.", -1);
    return Integer.parseInt(parts[parts.length - 2]);
  }

  private static List<String> lines(byte[] bytes) {
    // Split at LF alone: any other line break inside a line is a fault that must show.
    String text = new String(bytes, UTF_8);
    // The last line may be half written yet.
    int end = text.lastIndexOf('\n');
    return end < 0 ? List.of() : List.of(text.substring(0, end).split("\n", -1));
  }
}
