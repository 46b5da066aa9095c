package io.drawbridge.config;

import com.networknt.schema.Error;
import com.networknt.schema.InvalidSchemaException;
import com.networknt.schema.SchemaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is wrong with a schema, in words for who wrote it. */
final class SchemaFaults {
  private SchemaFaults() {}

  /** Every place with a fault once, with the first thing that is wrong there. */
  static String described(List<Error> faults) {
    Map<String, String> byPlace = new LinkedHashMap<>();
    faults.forEach(
        fault ->
            byPlace.putIfAbsent(BodySchema.pointer(fault.getInstanceLocation()), described(fault)));
    return byPlace.entrySet().stream()
        .map(fault -> (fault.getKey().isEmpty() ? "" : fault.getKey() + ": ") + fault.getValue())
        .collect(Collectors.joining("; "));
  }

  private static String described(Error fault) {
    if ("format.regex".equals(fault.getMessageKey()) && fault.getInstanceNode().isTextual()) {
      try {
        Values.pattern(fault.getInstanceNode().textValue());
      } catch (BadValue bad) {
        return bad.why();
      }
    }
    return BodySchema.shortened(fault.getMessage());
  }

  static String described(SchemaException broken) {
    for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
      if (cause instanceof BadValue bad) {
        return bad.why();
      }
    }
    if (broken instanceof InvalidSchemaException refused
        && String.valueOf(refused.getMessage()).contains("not allowed to be loaded")) {
      return "has a $ref to another document, and none is ever fetched: "
          + BodySchema.shortened(String.valueOf(refused.getMessage()));
    }
    return BodySchema.shortened(String.valueOf(broken.getMessage()));
  }
}
