package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The file {@code defaults.yaml}: every key there is, and its default. */
final class Defaults {

  static final String TEXT = load();

  private static final ObjectNode TREE = (ObjectNode) YamlText.parse(TEXT);

  private Defaults() {}

  /** A copy that the caller may change. */
  static ObjectNode tree() {
    return TREE.deepCopy();
  }

  /**
   * Which keys there are: the defaults, but for an edge's overrides, which may name any key of
   * {@code limits}. A mapping without keys here takes any.
   */
  static ObjectNode shape() {
    ObjectNode shape = tree();
    for (String edge : List.of("echo", "auth")) {
      ((ObjectNode) shape.get(edge)).set("limits", shape.get("limits"));
    }
    return shape;
  }

  /** The dotted path of every key that holds a value and not a section, and of the overrides. */
  static List<String> paths() {
    List<String> paths = new ArrayList<>(List.of("echo.limits", "auth.limits"));
    collect("", shape(), paths);
    return paths;
  }

  private static void collect(String path, JsonNode node, List<String> paths) {
    if (!node.isObject() || node.isEmpty()) {
      paths.add(path);
      return;
    }
    String prefix = path.isEmpty() ? "" : path + ".";
    node.properties().forEach(field -> collect(prefix + field.getKey(), field.getValue(), paths));
  }

  private static String load() {
    try (InputStream file = Defaults.class.getResourceAsStream("defaults.yaml")) {
      if (file == null) {
        throw new IllegalStateException("defaults.yaml is not on the class path");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
