package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;

/** The settings in force, as YAML for people: every key, in the order of the defaults. */
final class EffectiveYaml {

  private EffectiveYaml() {}

  /** The defaults with what the operator gave laid over them, and secrets masked. */
  static String of(ObjectNode given) {
    Overlay overlay = new Overlay(Defaults.tree(), new ArrayList<>());
    overlay.add(given);
    ObjectNode tree = overlay.tree();
    mask(tree, "auth", "secret");
    mask(tree, "ops", "token");
    mask(tree, "session", "ticketKey");
    return YamlText.write(tree);
  }

  private static void mask(ObjectNode tree, String section, String key) {
    mask((ObjectNode) tree.get(section), key);
  }

  private static void mask(ObjectNode section, String key) {
    JsonNode value = section.get(key);
    if (!value.isNull()) {
      section.set(key, TextNode.valueOf(Secret.MASK));
    }
  }
}
