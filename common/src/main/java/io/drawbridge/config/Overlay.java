package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The tree of what the operator gave. Laid over it in turn: the file, the environment, the flags.
 * Lists are replaced whole, sections key by key. Unknown keys become problems and are left out.
 */
final class Overlay {

  private final ObjectNode shape = Defaults.shape();
  private final ObjectNode tree;
  private final List<Problem> problems;

  Overlay(ObjectNode tree, List<Problem> problems) {
    this.tree = tree;
    this.problems = problems;
  }

  ObjectNode tree() {
    return tree;
  }

  /** Lays a whole document over the tree. */
  void add(ObjectNode given) {
    merge("", shape, tree, given);
  }

  /** Lays one value over the tree, given as text under a dotted path. */
  void add(String path, String text) {
    List<String> keys = List.of(path.split("\\.", -1));
    JsonNode known = shape;
    for (String key : keys) {
      known = known.path(key);
    }
    try {
      JsonNode value = fromText(known, text);
      for (int i = keys.size() - 1; i >= 0; i--) {
        value = JsonNodeFactory.instance.objectNode().set(keys.get(i), value);
      }
      merge("", shape, tree, (ObjectNode) value);
    } catch (BadValue bad) {
      problems.add(new Problem(path, bad.why()));
    }
  }

  private void merge(String prefix, ObjectNode known, ObjectNode into, ObjectNode given) {
    given
        .properties()
        .forEach(
            field -> {
              String path = prefix + field.getKey();
              JsonNode expected = known.path(field.getKey());
              if (expected.isMissingNode()) {
                problem(path, UnknownKey.message(field.getKey(), names(known)));
              } else if (expected instanceof ObjectNode section && !section.isEmpty()) {
                mergeSection(path, section, into, field.getKey(), field.getValue());
              } else {
                into.set(field.getKey(), field.getValue());
              }
            });
  }

  private void mergeSection(
      String path, ObjectNode known, ObjectNode into, String key, JsonNode given) {
    if (given instanceof ObjectNode section) {
      ObjectNode below =
          into.get(key) instanceof ObjectNode present ? present : into.putObject(key);
      merge(path + ".", known, below, section);
    } else if (!given.isNull()) {
      // Null is a section whose keys are all commented out: it changes nothing.
      problem(path, "expected a section with keys such as " + names(known).get(0));
    }
  }

  /**
   * Text from outside YAML, read as the default's type would be in YAML. What doesn't fit stays
   * text, for the reader of that key to say what it expects.
   */
  private static JsonNode fromText(JsonNode known, String text) {
    if (known.isArray()) {
      return text.startsWith("[") && text.endsWith("]")
          ? YamlText.parse(text)
          : commaSeparated(text);
    }
    if (known.isObject()) {
      return YamlText.parse(text);
    }
    if (known.isInt() && text.matches("-?\\d{1,18}")) {
      return LongNode.valueOf(Long.parseLong(text));
    }
    if (known.isBoolean() && (text.equals("true") || text.equals("false"))) {
      return BooleanNode.valueOf(text.equals("true"));
    }
    return known.isNull() && text.equals("null") ? NullNode.getInstance() : TextNode.valueOf(text);
  }

  private static ArrayNode commaSeparated(String text) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    if (!text.isBlank()) {
      for (String element : text.split(",", -1)) {
        list.add(element.strip());
      }
    }
    return list;
  }

  private static List<String> names(ObjectNode known) {
    List<String> names = new ArrayList<>();
    known.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void problem(String path, String message) {
    problems.add(new Problem(path, message));
  }
}
