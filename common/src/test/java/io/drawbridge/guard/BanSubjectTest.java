package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BanSubjectTest {

  @ParameterizedTest
  @CsvSource({
    "ip:192.0.2.1, ip:192.0.2.1",
    "ip:127.0.0.1, ip:127.0.0.1",
    "ip:::1, ip:::1",
    "ip:2001:DB8:0:0:0:0:0:1, ip:2001:db8::1",
    "ip:::ffff:192.0.2.1, ip:192.0.2.1",
    "ip:::ffff:c000:201, ip:192.0.2.1",
    "user:42, user:42",
    "user:ip:192.0.2.1, user:ip:192.0.2.1",
    "user:Jürgen 🙂, user:Jürgen 🙂"
  })
  void hasOneForm(String text, String canonical) {
    assertThat(BanSubject.parse(text))
        .hasValueSatisfying(s -> assertThat(s.text()).isEqualTo(canonical));
    assertThat(BanSubject.parse(canonical)).isEqualTo(BanSubject.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ip",
        "ip:",
        "ip:localhost",
        "ip:example.com",
        "ip:192.0.2",
        "ip:192.0.2.256",
        "ip:192.0.2.0/24",
        "ip:192.0.2.1:80",
        "ip:[::1]",
        "ip:fe80::1%lo",
        "ip:fe80::1%1",
        "ip: 192.0.2.1",
        "ip:*",
        "IP:192.0.2.1",
        "user",
        "user:",
        "user:a\nb",
        "user:\u007F",
        "user:\u0085",
        "session:1",
        "192.0.2.1"
      })
  void isNothingElse(String text) {
    assertThat(BanSubject.parse(text)).isEmpty();
  }

  @Test
  void isAUserOfNoMoreThan256Characters() {
    assertThat(BanSubject.user("u".repeat(256))).isPresent();
    assertThat(BanSubject.user("u".repeat(257))).isEmpty();
  }

  @Test
  void isNotTheAddressOfAUserOfThatName() {
    assertThat(BanSubject.parse("user:192.0.2.1")).isNotEqualTo(BanSubject.parse("ip:192.0.2.1"));
  }
}
