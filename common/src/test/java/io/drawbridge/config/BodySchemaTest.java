package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodySchemaTest {
  private static final String PERSON =
      """
      { type: object, required: [email], additionalProperties: false, properties: {
          email: { type: string, format: email },
          "a/b~c": { type: integer },
          tags: { type: array, items: { pattern: "^[a-z]+$" } } } }
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { email: me@example.com }                       | -          | -
          { email: me@example.com, tags: [a, bc] }        | -          | -
          { email: me@example.com, tags: [a, B, C] }      | /tags/1    | /properties/tags/items/pattern
          { email: a@b }                                  | /email     | /properties/email/format
          { email: "" }                                   | /email     | /properties/email/format
          { email: 7 }                                    | /email     | /properties/email/type
          { email: me@example.com, "a/b~c": x }           | /a~1b~0c   | /properties/a~1b~0c/type
          {}                                              | ''         | /required
          { email: me@example.com, secret: x }            | ''         | /additionalProperties
          []                                              | ''         | /type
          null                                            | ''         | /type
          """)
  void tellsWhereTheFirstFaultIs(String body, String pointer, String keyword) {
    BodySchema.Fault fault = schema(PERSON).fault(YamlText.parse(body));

    if (pointer.equals("-")) {
      assertThat(fault).isNull();
    } else {
      Objects.requireNonNull(fault);
      assertThat(fault.pointer()).isEqualTo(pointer);
      assertThat(fault.keyword()).isEqualTo(keyword);
      assertThat(fault.message()).isNotBlank();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          date                  | 2026-02-28             | 2026-02-30
          date-time             | 2026-02-28T01:02:03Z   | 2026-02-28
          time                  | 01:02:03Z              | 25:02:03Z
          duration              | P1Y2M3DT4H             | P1Y3D
          email                 | me@example.com         | a@b
          idn-email             | me@example.com         | me
          hostname              | example.com            | -example.com
          idn-hostname          | example.com            | -example.com
          ipv4                  | 192.0.2.255            | 192.0.2.256
          ipv6                  | 2001:db8::1            | 2001:db8::g
          uri                   | https://example.com/   | /path
          uri-reference         | /path                  | \\\\host
          iri                   | https://example.com/   | /path
          iri-reference         | /path                  | \\\\host
          uri-template          | /users/{id}            | /users/{id
          uuid                  | 01a204b6-0000-4000-8000-000000000000 | 01a204b6
          json-pointer          | /a~1b/0                | a/b
          relative-json-pointer | 1/a                    | /a
          regex                 | ^a{2,3}$               | ^a(
          """)
  void assertsEveryFormatOfTheDraft(String format, String good, String bad) {
    BodySchema schema = schema("{ format: " + format + " }");

    assertThat(schema.fault(text(good))).isNull();
    assertThat(schema.fault(text(bad))).isNotNull();
    // Only texts have a format.
    assertThat(schema.fault(YamlText.parse("7"))).isNull();
  }

  static Stream<String> formats() {
    return BodyFormats.all().stream().map(format -> format.getName());
  }

  @ParameterizedTest
  @MethodSource("formats")
  void noTextTakesAFormatLong(String format) {
    BodySchema schema = schema("{ format: " + format + " }");
    List<String> parts =
        List.of(
            "a", "/", "~1", "1", "a.", "a@", "::", "a:", "{a", "%41", "\"", "xn--", "\u3042.", "(");

    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          for (String part : parts) {
            assertThat(schema.fault(text(part.repeat(30_000)))).isNotNull();
            schema.fault(text(part.repeat(250 / part.length())));
            schema.fault(text("P" + part.repeat(4_000)));
          }
          // Written out, this would be 810,000 steps of a program, each time.
          schema.fault(text("(((a{30}){30}){30}){30}"));
          schema.fault(text("(a+)+".repeat(40)));
        });
  }

  @Test
  void noTextTakesAPatternLong() {
    BodySchema schema = schema("{ pattern: \"^(a+)+$\" }");

    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> assertThat(schema.fault(text("a".repeat(60_000) + "!"))).isNotNull());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { type: strin }                              | /type: does not have a value in the
          { type: 5, pattern: "[" }                    | /type: does not have a value in the
          { type: 5, pattern: "[" }                    | ; /pattern: expected a regular expression
          { pattern: "(?=a)b" }                        | /pattern: expected a regular expression in RE2
          { pattern: "(a)\\\\1" }                      | invalid escape sequence
          { patternProperties: { "(?!a)": {} } }       | /patternProperties: property '(?!a)'
          { properties: { a: { format: emial } } }     | format "emial" is unknown; known are date,
          { $ref: "#" }                                | has a $ref that leads back to itself
          { $ref: "#/$defs/none" }                     | Reference /$defs/none cannot be resolved
          { $schema: "http://json-schema.org/draft-07/schema#" } | Unknown dialect
          """)
  void refusesWhatCanNotBeJudged(String schema, String why) {
    assertThatThrownBy(() -> schema(schema)).isInstanceOf(BadValue.class).hasMessageContaining(why);
  }

  @Test
  void fetchesNothing(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("schema.json"), "{}");
    try (ServerSocket web = new ServerSocket(0)) {
      for (String reference :
          List.of(
              "http://localhost:" + web.getLocalPort() + "/schema.json",
              file.toUri().toString(),
              "classpath:draft-07/schema",
              "jar:file:/x.jar!/schema",
              "other.json")) {
        assertThatThrownBy(() -> schema("{ items: { $ref: '" + reference + "' } }"))
            .isInstanceOf(BadValue.class)
            .hasMessageStartingWith("has a $ref to another document, and none is ever fetched");
      }
      web.setSoTimeout(50);
      assertThatThrownBy(web::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void knowsTheMetaSchemaAndWhatTheSchemaHoldsItself() {
    assertThatCode(() -> schema("{ $ref: 'https://json-schema.org/draft/2020-12/schema' }"))
        .doesNotThrowAnyException();

    BodySchema tree =
        schema(
            "{ $id: 'https://example.com/tree', properties: { next: { $ref: tree } }, type: object }");
    assertThat(tree.fault(YamlText.parse("{ next: { next: {} } }"))).isNull();
    assertThat(tree.fault(YamlText.parse("{ next: { next: 7 } }")))
        .extracting(BodySchema.Fault::pointer)
        .isEqualTo("/next/next");
  }

  /** A loop that only such a body leads into is nothing that could let it pass. */
  @Test
  void refusesABodyThatItCanNotJudge() {
    BodySchema schema = schema("{ properties: { a: { $ref: '#/properties/a' } } }");

    assertThat(schema.fault(YamlText.parse("{ b: 1 }"))).isNull();
    assertThat(schema.fault(YamlText.parse("{ a: 1 }")))
        .extracting(BodySchema.Fault::message)
        .isEqualTo("can't be judged");
  }

  @Test
  void tellsNoMoreOfABodyThanFitsInAnAnswer() {
    String name = "n".repeat(1_021);
    BodySchema schema =
        schema(
            "{ additionalProperties: { additionalProperties: { additionalProperties: false } } }");

    BodySchema.Fault fault =
        schema.fault(YamlText.parse("{ \"ab\": { \"" + name + "\": { \"b\": 1 } } }"));

    Objects.requireNonNull(fault);
    assertThat(fault.pointer()).isEqualTo("/ab");
    assertThat(fault.message()).hasSizeLessThan(210);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "{}"})
  void takesABooleanAsASchema(String schema) {
    assertThat(schema(schema).fault(text("x"))).isNull();
    assertThat(schema("false").fault(text("x"))).isNotNull();
  }

  @Test
  void isWhatItWasMadeOf() {
    assertThat(schema(PERSON)).isEqualTo(schema(PERSON)).hasSameHashCodeAs(schema(PERSON));
    assertThat(schema(PERSON)).isNotEqualTo(schema("{}"));
    assertThat(schema("{ type: object }")).hasToString("{\"type\":\"object\"}");
  }

  private static BodySchema schema(String yaml) {
    return BodySchema.of(YamlText.parse(yaml));
  }

  private static JsonNode text(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text);
  }
}
