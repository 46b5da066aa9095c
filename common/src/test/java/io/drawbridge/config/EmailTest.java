package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice@example.com",
        "a.b+c@mail.example.co.uk",
        "o'neil@example.org",
        "x@xn--bcher-kva.de"
      })
  void takesAnAddress(String text) {
    assertThat(Email.isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "alice",
        "a@b",
        "@example.com",
        "alice@",
        "alice@localhost",
        "alice@example",
        "alice@example..com",
        "alice@-example.com",
        "a b@example.com",
        "alice@example.com ",
        " alice@example.com",
        "alice@example.com\n",
        "alice@exa\u0000mple.com",
        "alice@bücher.de",
        "älice@example.com",
        "a@b@example.com",
        "alice@example.nosuchtopleveldomain",
        "Alice <alice@example.com>",
        "alice@example.com,bob@example.com"
      })
  void refusesWhatIsNone(String text) {
    assertThat(Email.isValid(text)).isFalse();
  }

  @Test
  void refusesOneThatIsTooLong() {
    String label = "a".repeat(60) + '.';
    String longest = "x".repeat(63) + '@' + label.repeat(3) + "b".repeat(3) + ".com";

    assertThat(longest).hasSize(254);
    assertThat(Email.isValid(longest)).isTrue();
    assertThat(Email.isValid('y' + longest)).isFalse();
    assertThat(Email.isValid("x".repeat(1_000_000) + "@example.com")).isFalse();
  }
}
