package io.drawbridge.auth.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * JSON objects that mean one thing only: valid UTF-8 (RFC 8725 §3.7), no member twice, nothing
 * behind the object, nested at most {@value #DEEPEST} deep, numbers of at most {@value
 * #LONGEST_NUMBER} digits.
 */
final class StrictJson {
  private static final int DEEPEST = 16;
  private static final int LONGEST_NUMBER = 256;

  /** Longer than any token and any set of keys that is read. */
  private static final int LONGEST_TEXT = 1024 * 1024;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxNumberLength(LONGEST_NUMBER)
                          .maxStringLength(LONGEST_TEXT)
                          .maxDocumentLength(LONGEST_TEXT)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // Names that clients make up are not worth remembering.
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * @param what it is, for the reason
   * @throws BadToken where it is no such object
   */
  static ObjectNode object(byte[] utf8, String what) {
    try {
      // Jackson itself would guess the encoding, and take bytes that are no UTF-8.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new BadToken(what + " is no JSON object");
    } catch (CharacterCodingException e) {
      throw new BadToken(what + " is not UTF-8");
    } catch (JsonProcessingException e) {
      throw new BadToken(what + " is not JSON, or has a member twice");
    }
  }
}
