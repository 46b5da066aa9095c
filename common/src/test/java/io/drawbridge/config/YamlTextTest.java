package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {

  @Test
  void readsScalarsWithTheirTypes() {
    assertThat(YamlText.parse("{ a: 1, b: x, c: true, d: null, e: '1', f: 127.0.0.1, g: yes }"))
        .hasToString(
            "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null,\"e\":\"1\",\"f\":\"127.0.0.1\",\"g\":\"yes\"}");
  }

  @Test
  void readsNothingAsNull() {
    assertThat(YamlText.parse("").isNull()).isTrue();
  }

  @Test
  void saysWhereItBreaks() {
    assertThatThrownBy(() -> YamlText.parse("echo:\n  port: [1\nauth: x"))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("line 3, column ");
  }

  @Test
  void refusesADuplicateKey() {
    assertThatThrownBy(() -> YamlText.parse("echo:\n  port: 1\n  port: 2"))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("line 3, column ")
        .hasMessageContaining("port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &x { b: 1 }\nc: *x",
        "a: &x { b: 1 }\nc:\n  <<: *x",
        "a: &a [lol]\nb: &b [*a, *a]\nc: &c [*b, *b]"
      })
  void refusesAnAliasAndNeverUnfoldsIt(String yaml) {
    assertThatThrownBy(() -> YamlText.parse(yaml))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("aliases (*name) are not supported");
  }

  @Test
  void refusesASecondDocument() {
    assertThatThrownBy(() -> YamlText.parse("a: 1\n---\nb: 2"))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("a second document starts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: \u0007",
        "a: 'b",
        "\ta: 1",
        "a: b: c",
        "{ a: 1",
        "a: @b",
        "%YAML 9.9\n---\na: 1",
        "!!"
      })
  void refusesWhatIsNotYamlWithoutAStackTrace(String yaml) {
    assertThatThrownBy(() -> YamlText.parse(yaml)).isInstanceOf(BadValue.class);
  }

  @Test
  void refusesDeepNesting() {
    String deep = "[".repeat(5_000) + "]".repeat(5_000);

    assertThatThrownBy(() -> YamlText.parse(deep))
        .isInstanceOf(BadValue.class)
        .hasMessage("is nested deeper than 100 levels");
  }

  @Test
  void neverQuotesTheTextAroundAFault() {
    assertThatThrownBy(() -> YamlText.parse("auth: { secret: hunter2, port: ] }"))
        .isInstanceOf(BadValue.class)
        .hasMessageNotContaining("hunter2");
  }
}
