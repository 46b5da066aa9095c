package io.drawbridge.auth.bridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of messages between a client and the bridge. */
public final class Envelope {
  /** How deep objects and arrays may lie in each other, the envelope itself included. */
  static final int DEEPEST = 256;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          // Which of two equal names counts must not differ between us and a service.
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are the client's: there is no end of them.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private Envelope() {}

  // --- from a client ----------------------------------------------------------------------------

  /**
   * The one JSON object that this text is; null when it is anything else, is nested too deeply, has
   * a name twice in one object, or a number that no {@code double} and no integer can hold.
   */
  public static @Nullable JsonObject parse(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      JsonObject envelope = object(parser);
      return parser.nextToken() == null ? envelope : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The same of a binary message, which nobody has checked to be UTF-8 yet. */
  public static @Nullable JsonObject parse(ByteBuffer bytes) {
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static JsonObject object(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      members.put(name, value(parser, parser.nextToken()));
    }
    return new JsonObject(members);
  }

  private static JsonArray array(JsonParser parser) throws IOException {
    List<@Nullable Object> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(parser, token));
    }
    return new JsonArray(items);
  }

  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token)
      throws IOException {
    if (token == null) {
      throw new IOException("the end is missing");
    }
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("no value");
    };
  }

  private static Double finite(double number) throws IOException {
    if (Double.isInfinite(number)) {
      throw new IOException("a number is out of range");
    }
    return number;
  }

  /** What the event bus has a codec for. */
  static boolean isBody(@Nullable Object body) {
    return body == null
        || body instanceof JsonObject
        || body instanceof JsonArray
        || body instanceof String
        || body instanceof Boolean
        || body instanceof Integer
        || body instanceof Long
        || body instanceof Double;
  }

  // --- to a client ------------------------------------------------------------------------------

  /**
   * A message of the event bus.
   *
   * @param replyAddress by which the client may answer it; null where nobody waits for an answer
   */
  static JsonObject rec(String address, Message<?> message, @Nullable String replyAddress) {
    JsonObject rec =
        new JsonObject().put("type", "rec").put("address", address).put("body", message.body());
    if (replyAddress != null) {
      rec.put("replyAddress", replyAddress);
    }
    if (!message.headers().isEmpty()) {
      rec.put("headers", headers(message));
    }
    return rec;
  }

  /** A header that is there more than once is a list, as the Vert.x bridge has it. */
  private static JsonObject headers(Message<?> message) {
    JsonObject headers = new JsonObject();
    for (String name : message.headers().names()) {
      List<String> values = message.headers().getAll(name);
      headers.put(name, values.size() == 1 ? values.get(0) : new JsonArray(values));
    }
    return headers;
  }

  /**
   * An error.
   *
   * @param address that its client listens at for this; without one, it is an {@code event} too,
   *     which is what the Vert.x client hands to its {@code onevent}
   */
  public static JsonObject err(Notice notice, @Nullable String address) {
    ErrorKind kind = notice.kind();
    JsonObject err =
        new JsonObject()
            .put("type", "err")
            .put("failureCode", kind.failureCode())
            .put("failureType", kind.name())
            .put("message", notice.message())
            .put("temporary", kind.temporary());
    if (kind.temporary()) {
      err.put("retryAfterMs", notice.retryAfter().toMillis());
    }
    err.put("errorId", notice.id());
    return address == null ? err.put("event", kind.name()) : err.put("address", address);
  }

  /** The word of a kind for which the Vert.x bridge has none. */
  public static String word(ErrorKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
