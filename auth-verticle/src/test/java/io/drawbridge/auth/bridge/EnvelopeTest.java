package io.drawbridge.auth.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvelopeTest {

  private static String nested(int depth) {
    return "{\"body\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\"a\":[1,-2.5,1e3,true,false,null,\"x\"],\"b\":{\"c\":{}}} ",
        "{\"large\":123456789012345678901234567890}",
        "{\"ae\":\"\\u00e4\",\"\":[]}"
      })
  void isReadAsTheEventBusReadsIt(String text) {
    assertThat(Envelope.parse(text)).isEqualTo(new JsonObject(text));
    assertThat(Envelope.parse(ByteBuffer.wrap(text.getBytes(UTF_8))))
        .isEqualTo(new JsonObject(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "\"{}\"",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"\\u0062\":2}}",
        "{\"a\":1} // comment",
        "{\"a\":\"\n\"}"
      })
  void isNothingElse(String text) {
    assertThat(Envelope.parse(text)).isNull();
  }

  @Test
  void isNotNestedWithoutEnd() {
    assertThat(Envelope.parse(nested(Envelope.DEEPEST))).isNotNull();
    assertThat(Envelope.parse(nested(Envelope.DEEPEST + 1))).isNull();
    assertThat(Envelope.parse(nested(100_000))).isNull();
    assertThat(Envelope.parse("{\"a\":".repeat(100_000))).isNull();
  }

  @Test
  void isUtf8WhereItIsBinary() {
    assertThat(Envelope.parse(ByteBuffer.wrap("{\"a\":\"ä\"}".getBytes(UTF_8)))).isNotNull();
    byte[] broken = "{\"a\":\"?\"}".getBytes(UTF_8);
    broken[6] = (byte) 0xE4;
    assertThat(Envelope.parse(ByteBuffer.wrap(broken))).isNull();
  }
}
