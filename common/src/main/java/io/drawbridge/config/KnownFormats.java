package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.format.Format;
import com.networknt.schema.keyword.FormatKeyword;
import com.networknt.schema.keyword.KeywordValidator;
import java.util.Map;
import java.util.TreeSet;

/** A {@code format} that nobody knows is refused: it would be a check that checks nothing. */
final class KnownFormats extends FormatKeyword {
  private final Map<String, Format> known;

  KnownFormats(Map<String, Format> known) {
    super(known);
    this.known = known;
  }

  @Override
  public KeywordValidator newValidator(
      SchemaLocation place, JsonNode name, Schema parent, SchemaContext context) {
    if (!known.containsKey(name.textValue())) {
      throw new BadValue(
          "format "
              + Values.shown(name)
              + " is unknown; known are "
              + String.join(", ", new TreeSet<>(known.keySet())));
    }
    return super.newValidator(place, name, parent, context);
  }
}
