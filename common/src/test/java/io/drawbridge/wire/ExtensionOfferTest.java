package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.ExtensionOffer.Parameter;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Sec-WebSocket-Extensions (RFC 6455 §9.1)")
final class ExtensionOfferTest {

  @Test
  void offersNothingWithoutTheHeader() {
    assertThat(ExtensionOffer.parse(List.of())).hasValue(List.of());
  }

  @Test
  void readsNamesAndParametersInTheirOrder() {
    assertThat(ExtensionOffer.parse(List.of("foo, bar; baz=2 ;qux", "\tbar;baz = \"a\\b\"")))
        .hasValue(
            List.of(
                new ExtensionOffer("foo", List.of()),
                new ExtensionOffer(
                    "bar", List.of(new Parameter("baz", "2"), new Parameter("qux", null))),
                new ExtensionOffer("bar", List.of(new Parameter("baz", "ab")))));
  }

  @Test
  void keepsAParameterThatStandsTwice() {
    assertThat(ExtensionOffer.parse(List.of("x;a;a=1")))
        .hasValue(
            List.of(
                new ExtensionOffer(
                    "x", List.of(new Parameter("a", null), new Parameter("a", "1")))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo,", ",foo", " , foo ,\t,"})
  void skipsEmptyElements(String line) {
    assertThat(ExtensionOffer.parse(List.of(line)))
        .hasValue(List.of(new ExtensionOffer("foo", List.of())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " , ",
        ";",
        "foo;",
        "foo;;bar",
        ";bar",
        "foo bar",
        "foo; bar baz",
        "foo; bar=",
        "foo; =1",
        "foo; bar=1=2",
        "foo=1",
        "foo; bar=\"\"",
        "foo; bar=\"1",
        "foo; bar=1\"",
        "foo; bar=\"1\"2",
        "foo; bar=\"1 2\"",
        "foo; bar=\"1,2\"",
        "foo; bar=\"1;2\"",
        "foo; bar=\"\\\"\"",
        "foo; bar=(1)",
        "föö",
        "foo\u000b",
        "good, b@d"
      })
  void isMalformed(String line) {
    assertThat(ExtensionOffer.parse(List.of(line))).isEmpty();
    assertThat(ExtensionOffer.parse(List.of("good", line)))
        .isEqualTo(
            line.replace(",", "").isBlank()
                ? ExtensionOffer.parse(List.of("good"))
                : ExtensionOffer.parse(List.of("@")));
  }

  @Test
  void readsTheLongestHeaderThereCanBe() {
    String line = "a;b=\"c\"".repeat(1) + ";b=\"\\c\"".repeat(2000);

    assertThat(ExtensionOffer.parse(List.of(line)).orElseThrow().get(0).parameters()).hasSize(2001);
    assertThat(ExtensionOffer.parse(List.of("a;b=\"" + "\\c".repeat(8000)))).isEmpty();
  }
}
