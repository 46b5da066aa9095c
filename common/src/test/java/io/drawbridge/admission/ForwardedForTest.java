package io.drawbridge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedForTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          for=192.0.2.43                                        | 192.0.2.43
          For="192.0.2.43:47011"                                | 192.0.2.43
          for="192.0.2.43:_port"                                | 192.0.2.43
          FOR="[2001:DB8:cafe::17]:4711"                        | 2001:db8:cafe::17
          for="[2001:db8:cafe::17]"                             | 2001:db8:cafe::17
          for="[::ffff:192.0.2.43]"                             | 192.0.2.43
          for="192.0.2.\\43"                                    | 192.0.2.43
          for=192.0.2.43:80                                     | 192.0.2.43
          for=[2001:db8::17]:80                                 | 2001:db8::17
          for=192.0.2.60;proto=http;by=203.0.113.43             | 192.0.2.60
          proto="a,b;for=1.1.1.1" ; by=203.0.113.43;for=192.0.2.60; | 192.0.2.60
          ;;host="\\"for=1.1.1.1";for=192.0.2.60                | 192.0.2.60
          """)
  void readsForwarded(String element, String address) {
    assertThat(ForwardedFor.forwarded(element)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "for=unknown",
        "for=\"_gazonk\"",
        "for=_hidden",
        "proto=http;by=203.0.113.43",
        "for=",
        "for=\"\"",
        "for",
        "192.0.2.43",
        "for=192.0.2.43;for=192.0.2.44",
        "for=;for=192.0.2.44",
        "for=\"192.0.2.43",
        "for=192.0.2.43\"",
        "for=\"192.0.2.43\"x",
        "for=192.0.2.43 x",
        "for=[192.0.2.43]",
        "for=\"2001:db8::17\"",
        "for=\"[2001:db8::17\"",
        "for=\"[fe80::1]:port\"",
        "for=192.0.2.256",
        "for=example.org",
        "for=192.0.2.43;b@d=1"
      })
  void readsNoAddressWhereNoneIsNamed(String element) {
    assertThat(ForwardedFor.forwarded(element)).isNull();
  }

  @Test
  void readsNoEndlessElement() {
    String endless = "for=192.0.2.43;host=\"" + "\\a".repeat(8_000) + "\"";

    assertThat(ForwardedFor.forwarded(endless)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.43, 192.0.2.43",
    "192.0.2.43:4711, 192.0.2.43",
    "2001:DB8::17, 2001:db8::17",
    "[2001:db8::17], 2001:db8::17",
    "[2001:db8::17]:4711, 2001:db8::17",
    "::ffff:192.0.2.43, 192.0.2.43",
    "unknown,",
    "_hidden,",
    "example.org,",
    "for=192.0.2.43,",
    "'192.0.2.43 192.0.2.44',",
    "192.0.2.43:,",
    "192.0.2,"
  })
  void readsXForwardedFor(String element, String address) {
    assertThat(ForwardedFor.xForwardedFor(element)).isEqualTo(address);
  }

  @Test
  void splitsFromTheRightOverAllLines() {
    assertThat(ForwardedFor.elements(List.of("a, b", "", ",c ,, d,", "e")))
        .containsExactly("e", "d", "c", "b", "a");
  }

  @Test
  void splitsOutsideOfQuotesOnly() {
    assertThat(ForwardedFor.elements(List.of("for=\"a,b\", for=\"c\\\",d\",e")))
        .containsExactly("e", "for=\"c\\\",d\"", "for=\"a,b\"");
  }

  @Property
  void noTextOfAClientChangesWhatIsWrittenBehindIt(
      @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 40) String client) {
    for (String last : Arrays.asList("for=192.0.2.1", "for=\"[2001:db8::1]:80\";proto=http")) {
      assertThat(ForwardedFor.elements(List.of(client + ", " + last)).get(0)).isEqualTo(last);
    }
  }

  @Property
  void anyTextIsReadOrNot(@ForAll @StringLength(max = 60) String text) {
    ForwardedFor.elements(List.of(text)).forEach(ForwardedFor::forwarded);
    ForwardedFor.elements(List.of(text)).forEach(ForwardedFor::xForwardedFor);
  }
}
