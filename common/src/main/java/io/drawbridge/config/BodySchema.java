package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.DialectId;
import com.networknt.schema.dialect.Draft202012;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.path.PathType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema (draft 2020-12, {@code format} asserted) that bodies must keep to.
 *
 * <p>Compiled as it is read: what could not be judged later is refused then. Nothing is ever
 * fetched; the one document outside that a {@code $ref} may name is the meta-schema. Immutable, and
 * of use on any thread.
 */
public final class BodySchema {
  /** A schema of ours, or a value of a client's, must not fill an answer. */
  private static final int LONGEST_MESSAGE = 200;

  private static final int LONGEST_POINTER = 1_024;

  private static final String OWN = "https://json-schema.org/draft/2020-12/";

  private static final Dialect DIALECT =
      Dialect.builder(Draft202012.getInstance())
          .formats(Map::clear)
          .formats(BodyFormats.all())
          .formatKeywordFactory(KnownFormats::new)
          .build();

  /** Judges schemas; every fault is wanted. */
  private static final Schema META =
      registry(Dialect.builder(DIALECT).format(BodyFormats.ofSchemas()).build(), false)
          .getSchema(SchemaLocation.of(DialectId.DRAFT_2020_12));

  private final JsonNode source;
  private final Schema compiled;

  private BodySchema(JsonNode source, Schema compiled) {
    this.source = source;
    this.compiled = compiled;
  }

  /**
   * A body that breaks its schema.
   *
   * @param pointer where in the body: a JSON pointer (RFC 6901), empty for the whole
   * @param message what is expected there, in words that may quote the schema
   * @param keyword the part of the schema that it breaks, as a pointer too; nothing of the body
   */
  public record Fault(String pointer, String message, String keyword) {}

  static BodySchema of(JsonNode schema) {
    List<Error> faults = META.validate(schema);
    if (!faults.isEmpty()) {
      throw new BadValue(SchemaFaults.described(faults));
    }
    try {
      // A registry of its own: an $id must not reach into the schema of another rule.
      Schema compiled = registry(DIALECT, true).getSchema(schema);
      compiled.initializeValidators();
      // A $ref that leads back to itself shows at once.
      compiled.validate(schema);
      return new BodySchema(schema, compiled);
    } catch (BadValue bad) {
      throw bad;
    } catch (StackOverflowError endless) {
      throw new BadValue("has a $ref that leads back to itself", endless);
    } catch (SchemaException broken) {
      throw new BadValue(SchemaFaults.described(broken), broken);
    } catch (RuntimeException broken) {
      throw new BadValue("has a $ref that leads nowhere", broken);
    }
  }

  /**
   * The first fault of a body; null when it has none.
   *
   * @param body no deeper than some hundred levels: they are walked on the stack
   */
  public @Nullable Fault fault(JsonNode body) {
    try {
      List<Error> faults = compiled.validate(body);
      return faults.isEmpty() ? null : fault(faults.get(0));
    } catch (StackOverflowError | RuntimeException unjudged) {
      // Nothing that could not be judged is let through.
      return new Fault("", "can't be judged", "");
    }
  }

  /** The schema itself. */
  public JsonNode source() {
    return source.deepCopy();
  }

  private static Fault fault(Error error) {
    return new Fault(
        pointer(error.getInstanceLocation()),
        message(error),
        shortened(pointer(error.getSchemaLocation().getFragment())));
  }

  private static String message(Error error) {
    return "format".equals(error.getKeyword())
        ? "does not match the format " + error.getSchemaNode().asText()
        : shortened(error.getMessage());
  }

  /** To the place itself or, where names are long, to what it is in. */
  static String pointer(NodePath path) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      String name = String.valueOf(path.getElement(i)).replace("~", "~0").replace("/", "~1");
      if (pointer.length() + name.length() >= LONGEST_POINTER) {
        break;
      }
      pointer.append('/').append(name);
    }
    return pointer.toString();
  }

  static String shortened(String text) {
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
  }

  private static SchemaRegistry registry(Dialect dialect, boolean failFast) {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .formatAssertionsEnabled(true)
            .failFast(failFast)
            .locale(Locale.ENGLISH)
            .pathType(PathType.JSON_POINTER)
            .preloadSchema(false)
            .regularExpressionFactory(BodySchema::found)
            .build();
    return SchemaRegistry.withDialect(
        dialect,
        registry ->
            registry
                .schemaRegistryConfig(config)
                .schemaLoader(loader -> loader.allow(iri -> iri.toString().startsWith(OWN))));
  }

  /** A {@code pattern} may match anywhere in a text. */
  private static com.networknt.schema.regex.RegularExpression found(String regex) {
    var pattern = Values.pattern(regex);
    return text -> pattern.matcher(text).find();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BodySchema schema && source.equals(schema.source);
  }

  @Override
  public int hashCode() {
    return Objects.hash(source);
  }

  @Override
  public String toString() {
    return source.toString();
  }
}
