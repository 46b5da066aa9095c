package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code docs/guard.asyncapi.yaml}, to hold against it what travels on the event bus. */
public final class AsyncApi {
  private static final Path DOCUMENT = Path.of("..", "docs", "guard.asyncapi.yaml");

  private final JsonObject api;

  public AsyncApi() {
    try {
      Map<String, Object> yaml =
          new YAMLMapper().readValue(DOCUMENT.toFile(), new TypeReference<>() {});
      // Through text, since the keys of YAML may be numbers.
      api = new JsonObject(new ObjectMapper().writeValueAsString(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonObject json() {
    return api;
  }

  /** Whether a body is what the only message of a channel is described as. */
  public boolean fits(String channel, Object body) {
    JsonObject schema =
        new JsonObject()
            .put("allOf", new JsonArray().add(new JsonObject().put("$ref", schemaOf(channel))))
            .put(
                "components",
                new JsonObject()
                    .put(
                        "schemas",
                        api.getJsonObject("components").getJsonObject("schemas").copy()));
    JsonSchemaOptions options =
        new JsonSchemaOptions().setBaseUri("app://drawbridge/").setDraft(Draft.DRAFT7);
    OutputUnit result = Validator.create(JsonSchema.of(schema), options).validate(body);
    return Boolean.TRUE.equals(result.getValid());
  }

  private String schemaOf(String channel) {
    JsonObject messages =
        api.getJsonObject("channels").getJsonObject(channel).getJsonObject("messages");
    assertThat(messages).hasSize(1);
    String name = messages.fieldNames().iterator().next();
    assertThat(messages.getJsonObject(name).getString("$ref"))
        .isEqualTo("#/components/messages/" + name);
    return api.getJsonObject("components")
        .getJsonObject("messages")
        .getJsonObject(name)
        .getJsonObject("payload")
        .getString("$ref");
  }
}
