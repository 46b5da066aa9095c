package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.drawbridge.config.BodySchema;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.guard.ErrorKind;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds {@code docs/client.asyncapi.yaml} to what a running edge really takes and says. */
@DisplayName("The client protocol, as described")
@ExtendWith(LeakCheck.class)
final class ClientAsyncApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode API = read();
  private static final String PING = "{\"type\":\"ping\"}";

  private static final List<String> CHANGING =
      List.of(
          "session",
          "expiresAt",
          "errorId",
          "replyAddress",
          "drawbridge-session",
          "drawbridge-node");

  private static final String SETTINGS =
      TestGateway.UNLIMITED
          + """
          bridge:
            inbound:
              - { address: echo }
              - { address: news }
              - { address: nobody }
              - address: priced
                schema: { type: object, required: [item], properties: { item: { type: number } } }
            outbound:
              - { address: news }
          """;

  @RegisterExtension final AuthGateway edge = new AuthGateway();

  private static JsonNode read() {
    try {
      return new YAMLMapper().readTree(Path.of("..", "docs", "client.asyncapi.yaml").toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- the document -----------------------------------------------------------------------------

  private static JsonNode at(JsonNode reference) {
    JsonNode found = API.at(reference.get("$ref").asText().substring(1));
    assertThat(found.isMissingNode()).as("%s leads nowhere", reference).isFalse();
    return found.has("$ref") ? at(found) : found;
  }

  /** The messages of an operation. */
  private static List<JsonNode> messages(String operation) {
    List<JsonNode> messages = new ArrayList<>();
    API.at("/operations/" + operation + "/messages").forEach(each -> messages.add(at(each)));
    assertThat(messages).isNotEmpty();
    return messages;
  }

  private static List<JsonNode> examples(JsonNode message) {
    List<JsonNode> examples = new ArrayList<>();
    message.get("examples").forEach(each -> examples.add(each.get("payload")));
    assertThat(examples).isNotEmpty();
    return examples;
  }

  /** As the rules of the bridge compile it. */
  private static BodySchema schema(JsonNode reference) {
    ObjectNode schema = JSON.createObjectNode();
    schema.set("$ref", reference.get("$ref"));
    schema.putObject("components").set("schemas", API.at("/components/schemas"));
    String yaml = "bridge: {inbound: [{address: any, schema: " + schema + "}]}";
    SettingsResult result = SettingsReader.read(yaml);
    assertThat(result).isInstanceOf(SettingsResult.Loaded.class);
    var rule = ((SettingsResult.Loaded) result).settings().bridge().inbound().get(0);
    return Objects.requireNonNull(rule.schema());
  }

  private static void assertFits(JsonNode message, JsonNode payload) {
    assertThat(schema(message.get("payload")).fault(payload)).as(payload.toString()).isNull();
  }

  private static Set<String> words(String schema) {
    Set<String> words = new TreeSet<>();
    API.at("/components/schemas/" + schema + "/enum").forEach(each -> words.add(each.asText()));
    return words;
  }

  @ParameterizedTest
  @ValueSource(strings = {"hear", "tell"})
  void everyExampleIsAsItsSchemaSays(String operation) {
    for (JsonNode message : messages(operation)) {
      examples(message).forEach(example -> assertFits(message, example));
    }
  }

  @Test
  void everyMessageIsHeardOrTold() {
    Set<String> described = new TreeSet<>();
    API.at("/components/messages").fieldNames().forEachRemaining(described::add);

    assertThat(messages("hear").size() + messages("tell").size()).isEqualTo(described.size());
    assertThat(API.at("/channels/connection/messages")).hasSize(described.size());
  }

  @Test
  void namesEveryKindThatStandsInAnErr() {
    Set<String> kinds =
        Arrays.stream(ErrorKind.values())
            .filter(kind -> kind.failureCode() != 0)
            .map(Enum::name)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(words("FailureType")).isEqualTo(kinds);
  }

  // --- the edge ---------------------------------------------------------------------------------

  /** An example with what can't stand in a document. */
  private static String real(JsonNode example) {
    String token = Tokens.good().text();
    if (example.isTextual()) {
      return token;
    }
    ObjectNode real = example.deepCopy();
    if (real.has("token")) {
      real.put("token", token);
    }
    if (real.path("body").has("token")) {
      ((ObjectNode) real.get("body")).put("token", token);
    }
    return real.toString();
  }

  private static JsonNode parsed(String text) {
    try {
      return text.startsWith("{") ? JSON.readTree(text) : TextNode.valueOf(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the edge says until it has answered a ping, each as described. */
  private static List<JsonNode> heard(WsConversation client) {
    client.send(PING);
    List<JsonNode> heard = new ArrayList<>();
    while (heard.isEmpty() || !isPong(heard.get(heard.size() - 1))) {
      heard.add(described(parsed(client.text())));
    }
    return heard;
  }

  private static boolean isPong(JsonNode envelope) {
    return envelope.path("type").asText().equals("pong");
  }

  private static JsonNode described(JsonNode told) {
    JsonNode message = API.at("/components/messages/" + name(told));
    assertThat(message.isMissingNode()).as("not described: %s", told).isFalse();
    assertFits(message, told);
    return told;
  }

  private static String name(JsonNode told) {
    String type = told.path("type").asText();
    return told.isTextual() ? "told" : type.equals("auth") ? "authenticated" : type;
  }

  private void start() {
    edge.start(SETTINGS);
    edge.gateway()
        .vertx()
        .eventBus()
        .consumer("echo", request -> request.reply("Server received: " + request.body()));
  }

  private WsConversation opened() {
    return edge.open().send(Tokens.good().text()).expect("Authenticated!");
  }

  @Test
  void everyExampleOfAClientIsTaken() {
    start();
    for (JsonNode first : List.of(messages("hear").get(0), messages("hear").get(1))) {
      WsConversation client = edge.open();
      client.send(real(examples(first).get(0)));
      for (JsonNode message : messages("hear")) {
        if (!message.equals(messages("hear").get(0))) {
          examples(message).forEach(example -> client.send(real(example)));
        }
      }
      assertThat(heard(client)).extracting(ClientAsyncApiTest::name).doesNotContain("err");
    }
  }

  @Test
  void everyExampleOfTheServerIsSaid() {
    start();
    List<JsonNode> said = new ArrayList<>();
    said.add(gone());
    for (String bad : List.of("junk", Tokens.good().in("exp", -60).text())) {
      said.add(described(parsed(edge.open().send(bad).text())));
    }
    said.add(described(parsed(edge.open().send(Tokens.good().text()).text())));
    WsConversation client = edge.open();
    client.send(new JsonObject().put("type", "auth").put("token", Tokens.good().text()).encode());
    said.add(described(parsed(client.text())));
    for (String envelope :
        List.of(
            "{\"type\":\"register\",\"address\":\"news\"}",
            "{\"type\":\"send\",\"address\":\"echo\",\"body\":\"hi\",\"replyAddress\":\"r1\"}",
            "{\"type\":\"send\",\"address\":\"drawbridge.auth\",\"body\":{\"token\":\""
                + Tokens.good().text()
                + "\"},\"replyAddress\":\"r2\"}",
            "{\"type\":\"publish\",\"address\":\"news\",\"body\":\"it rains\"}",
            "{\"type\":\"send\",\"address\":\"secret\",\"replyAddress\":\"r1\"}",
            "{",
            "{\"type\":\"send\",\"address\":\"priced\",\"body\":{\"item\":\"x\"},\"replyAddress\":\"r1\"}",
            "{\"type\":\"send\",\"address\":\"nobody\",\"replyAddress\":\"r1\"}")) {
      said.addAll(heard(client.send(envelope)));
    }
    edge.gateway().vertx().eventBus().request("news", "does it rain?");
    // What the echo service answered may come as late as this.
    while (!said.get(said.size() - 1).has("replyAddress")) {
      said.add(described(parsed(client.text())));
    }

    for (JsonNode message : messages("tell")) {
      for (JsonNode example : examples(message)) {
        assertThat(said.stream().map(ClientAsyncApiTest::shape)).contains(shape(example));
      }
    }
  }

  /** What a caller is told when the client that serves it goes. */
  private JsonNode gone() {
    WsConversation service = opened().send("{\"type\":\"register\",\"address\":\"news\"}");
    service.send(PING).expect("{\"type\":\"pong\"}");
    WsConversation caller = opened();
    caller.send("{\"type\":\"send\",\"address\":\"news\",\"replyAddress\":\"r1\"}");
    described(parsed(service.text()));
    service.reset();
    return described(parsed(caller.text()));
  }

  /** A message by what is the same each time. */
  private static JsonNode shape(JsonNode message) {
    if (message.isTextual()) {
      return message;
    }
    ObjectNode shape = message.deepCopy();
    for (String name : CHANGING) {
      if (shape.has(name)) {
        shape.put(name, "…");
      }
    }
    for (String inner : List.of("headers", "body")) {
      if (shape.path(inner).isObject()) {
        shape.set(inner, shape(shape.get(inner)));
      }
    }
    return shape;
  }
}
