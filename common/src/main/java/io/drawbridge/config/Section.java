package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A place in the settings tree, from which typed values are read.
 *
 * <p>It looks through layers: first what the operator gave, last the defaults. A value that can't
 * be taken becomes a problem, and the next layer's stands in, so that reading goes on and finds all
 * problems. A layer behind the first is silent: it is read, and reported, at its own path.
 */
final class Section {

  /** Turns a node, which is never null in YAML, into a value; throws {@link BadValue}. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(JsonNode node);
  }

  /** Reads an entry of a list; null when a problem keeps it from being one. */
  @FunctionalInterface
  interface EntryReader<T> {
    @Nullable T read(Section entry);
  }

  private final String path;
  private final List<JsonNode> layers;
  private final List<Problem> problems;

  private Section(String path, List<JsonNode> layers, List<Problem> problems) {
    this.path = path;
    this.layers = layers;
    this.problems = problems;
  }

  static Section root(JsonNode given, JsonNode defaults, List<Problem> problems) {
    return new Section("", List.of(given, defaults), problems);
  }

  Section child(String key) {
    return new Section(pathOf(key), layers.stream().map(n -> n.path(key)).toList(), problems);
  }

  /** This section's own values, and the fallback's where it has none. */
  Section over(Section fallback) {
    Stream<JsonNode> all = Stream.concat(layers.stream().limit(1), fallback.layers.stream());
    return new Section(path, all.toList(), problems);
  }

  boolean isSet(String key) {
    JsonNode node = first(key);
    return !node.isMissingNode() && !node.isNull();
  }

  /** The node of the first layer that has this key, even as null. */
  private JsonNode first(String key) {
    return layers.stream()
        .map(layer -> layer.path(key))
        .filter(node -> !node.isMissingNode())
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  /** Reads a key that has a default. */
  <T> T read(String key, Parser<T> parser) {
    T value = firstUsable(key, parser);
    if (value == null) {
      throw new IllegalStateException("no usable default for " + pathOf(key));
    }
    return value;
  }

  /** Reads a key that may be null or left out. Null is also what a problem leaves. */
  <T> @Nullable T optional(String key, Parser<T> parser) {
    JsonNode node = first(key);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    try {
      return parser.parse(node);
    } catch (BadValue bad) {
      problem(key, bad.why());
      return null;
    }
  }

  /** Reads a key that has no default and must be there; null after a problem. */
  <T> @Nullable T needed(String key, Parser<T> parser) {
    if (!isSet(key)) {
      problem(key, "is missing");
    }
    return optional(key, parser);
  }

  /** Reads a list of plain values. Elements that can't be taken are problems, and left out. */
  <T> List<T> list(String key, Parser<T> element) {
    List<T> values = new ArrayList<>();
    JsonNode nodes = array(key);
    for (int i = 0; i < nodes.size(); i++) {
      try {
        values.add(parse(nodes.get(i), element));
      } catch (BadValue bad) {
        problem(key + "[" + i + "]", bad.why());
      }
    }
    return values;
  }

  /** Reads a list of plain values that must hold one at least. */
  <T> List<T> nonEmptyList(String key, Parser<T> element) {
    if (first(key).isArray() && first(key).isEmpty()) {
      problem(key, "must not be empty");
    }
    return list(key, element);
  }

  /** Reads a list of mappings that may have these keys. */
  <T> List<T> entries(String key, List<String> known, EntryReader<T> reader) {
    List<T> values = new ArrayList<>();
    JsonNode nodes = array(key);
    for (int i = 0; i < nodes.size(); i++) {
      Section entry = new Section(pathOf(key + "[" + i + "]"), List.of(nodes.get(i)), problems);
      T value = entry.isMappingOf(known) ? reader.read(entry) : null;
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private JsonNode array(String key) {
    JsonNode nodes = firstUsable(key, Values::list);
    return nodes == null ? MissingNode.getInstance() : nodes;
  }

  private <T> @Nullable T firstUsable(String key, Parser<T> parser) {
    for (int i = 0; i < layers.size(); i++) {
      JsonNode node = layers.get(i).path(key);
      try {
        if (!node.isMissingNode()) {
          return parse(node, parser);
        }
      } catch (BadValue bad) {
        if (i == 0) {
          problem(key, bad.why());
        }
      }
    }
    return null;
  }

  private boolean isMappingOf(List<String> known) {
    JsonNode entry = layers.get(0);
    if (!entry.isObject()) {
      problem("expected a mapping of " + String.join(", ", known) + "; got " + Values.shown(entry));
      return false;
    }
    entry
        .properties()
        .forEach(
            field -> {
              if (!known.contains(field.getKey())) {
                problem(field.getKey(), UnknownKey.message(field.getKey(), known));
              }
            });
    return true;
  }

  void problem(String message) {
    problems.add(new Problem(path, message));
  }

  private void problem(String key, String message) {
    problems.add(new Problem(pathOf(key), message));
  }

  private static <T> T parse(JsonNode node, Parser<T> parser) {
    if (node.isNull()) {
      throw new BadValue("needs a value; leave the key out for its default");
    }
    return parser.parse(node);
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
