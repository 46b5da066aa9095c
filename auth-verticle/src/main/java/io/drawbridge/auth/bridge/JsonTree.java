package io.drawbridge.auth.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Vert.x reads as JSON, in the form that schemas judge. */
final class JsonTree {
  /** Levels; a schema that refers to itself is walked as deep as the body is. */
  private static final int DEEPEST = 256;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonTree() {}

  /** Null where it is no JSON, or deeper than {@value #DEEPEST} levels. */
  static @Nullable JsonNode of(@Nullable Object value) {
    return of(value, DEEPEST);
  }

  private static @Nullable JsonNode of(@Nullable Object value, int levels) {
    if (value == null) {
      return NODES.nullNode();
    } else if (value instanceof String text) {
      return NODES.textNode(text);
    } else if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    } else if (value instanceof Number number) {
      return number(number);
    } else if (levels == 0) {
      return null;
    } else if (value instanceof JsonObject object) {
      return object(object.getMap(), levels - 1);
    } else if (value instanceof Map<?, ?> map) {
      return object(map, levels - 1);
    } else if (value instanceof JsonArray array) {
      return array(array.getList(), levels - 1);
    } else if (value instanceof List<?> list) {
      return array(list, levels - 1);
    }
    return null;
  }

  private static @Nullable JsonNode number(Number number) {
    if (number instanceof Integer whole) {
      return NODES.numberNode(whole.intValue());
    } else if (number instanceof Long whole) {
      return NODES.numberNode(whole.longValue());
    } else if (number instanceof Double real) {
      return Double.isFinite(real) ? NODES.numberNode(real.doubleValue()) : null;
    } else if (number instanceof BigInteger whole) {
      return NODES.numberNode(whole);
    } else if (number instanceof BigDecimal real) {
      return NODES.numberNode(real);
    }
    return null;
  }

  private static @Nullable JsonNode object(Map<?, ?> map, int levels) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      JsonNode value = of(entry.getValue(), levels);
      if (value == null) {
        return null;
      }
      object.set(String.valueOf(entry.getKey()), value);
    }
    return object;
  }

  private static @Nullable JsonNode array(List<?> list, int levels) {
    ArrayNode array = NODES.arrayNode(list.size());
    for (Object entry : list) {
      JsonNode value = of(entry, levels);
      if (value == null) {
        return null;
      }
      array.add(value);
    }
    return array;
  }
}
