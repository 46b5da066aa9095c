package io.drawbridge.admission;

import static io.drawbridge.admission.Handshakes.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drawbridge.guard.ErrorKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {

  private static List<String> cidrs(String list) {
    return "-".equals(list) ? List.of() : Arrays.asList(list.split(" ", -1));
  }

  @ParameterizedTest(name = "allow {0}, deny {1}: {2} {3}")
  @CsvSource({
    "-, -, 192.0.2.1, true",
    "-, -, '', true",
    // Denied alone: all else may.
    "-, 192.0.2.0/24, 192.0.2.1, false",
    "-, 192.0.2.0/24, 192.0.3.1, true",
    "-, 192.0.2.0/24, ::1, true",
    "-, 192.0.2.77/24, 192.0.2.1, false",
    "-, 192.0.2.1/32, 192.0.2.1, false",
    "-, 192.0.2.1/32, 192.0.2.2, true",
    // Allowed alone: nothing else may.
    "192.0.2.0/24, -, 192.0.2.1, true",
    "192.0.2.0/24, -, 192.0.3.1, false",
    "192.0.2.0/24, -, 127.0.0.1, false",
    "192.0.2.0/24, -, ::1, false",
    "127.0.0.0/8, -, 127.8.8.8, true",
    // The narrowest network decides, and denied where they are the same.
    "10.0.0.0/8, 10.1.0.0/16, 10.2.0.1, true",
    "10.0.0.0/8, 10.1.0.0/16, 10.1.0.1, false",
    "10.0.0.0/8 10.1.2.0/24, 10.1.0.0/16, 10.1.2.1, true",
    "10.1.2.0/24, 10.0.0.0/8, 10.1.2.1, true",
    "10.1.2.0/24, 10.0.0.0/8, 10.1.3.1, false",
    "10.0.0.0/8, 10.0.0.0/8, 10.1.3.1, false",
    "0.0.0.0/0, 10.0.0.0/8, 11.0.0.1, true",
    "0.0.0.0/0, 0.0.0.0/0, 11.0.0.1, false",
    // IPv6.
    "2001:db8::/32, 2001:db8:1::/48, 2001:db8:2::1, true",
    "2001:db8::/32, 2001:db8:1::/48, 2001:db8:1::1, false",
    "-, 2001:db8::8000/113, 2001:db8::7fff, true",
    "-, 2001:db8::8000/113, 2001:db8::8001, false",
    "-, 2001:db8::1/128, 2001:db8::1, false",
    "-, 2001:db8::1/128, 2001:db8::2, true",
    "2001:db8::/64, -, 2001:db8::ffff:ffff:ffff:ffff, true",
    "2001:db8::/64, -, 2001:db8:0:1::, false",
    // One family says nothing of the other, but a mapped address is the IPv4 address.
    "-, ::/0, 192.0.2.1, true",
    "-, 0.0.0.0/0, 2001:db8::1, true",
    "-, ::/0, 2001:db8::1, false",
    "-, ::ffff:192.0.2.0/120, 192.0.2.1, false",
    "-, ::ffff:192.0.2.0/120, 192.0.3.1, true",
    "-, ::ffff:0:0/96, 192.0.3.1, false",
    "-, ::ffff:0:0/90, 192.0.3.1, true",
    "-, 192.0.2.0/24, ::ffff:192.0.2.1, false",
    // Who has no address is nobody that a rule lets in.
    "-, 192.0.2.0/24, '', false",
    "192.0.2.0/24, -, unknown, false"
  })
  void theNarrowestNetworkDecides(String allow, String deny, String peer, boolean allowed) {
    AddressRules rules = new AddressRules(cidrs(allow), cidrs(deny));

    assertThat(rules.allows(peer)).isEqualTo(allowed);
  }

  @Test
  void refusesForGood() {
    AddressRules rules = new AddressRules(List.of(), List.of("192.0.2.0/24"));

    assertThat(rules.check(valid().from("192.0.3.1").handshake())).isEqualTo(Verdict.ADMITTED);
    assertThat(rules.check(valid().from("192.0.2.1").handshake()))
        .isEqualTo(
            new Verdict.Refused(
                ErrorKind.ADDRESS_DENIED,
                403,
                "This address may not connect",
                Map.of(),
                Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "localhost/8", "192.0.2.1/33", "::1/129", "192.0.2.1/-1"})
  void isNotMadeOfWhatIsNoCidr(String text) {
    assertThatThrownBy(() -> new AddressRules(List.of(text), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
