package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "10.0.0.0/8",
        "192.0.2.7/32",
        "::/0",
        "2001:db8::/32",
        "::1/128",
        "::ffff:192.0.2.1/128"
      })
  void takesCidrs(String text) {
    assertThat(Addresses.cidr(TextNode.valueOf(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0/8",
        "256.0.0.0/8",
        "010.0.0.0/8",
        "10.0.0.0/-1",
        "::1/129",
        "1:2/64",
        ":::/64",
        "localhost/8",
        "fe80::1%eth0/64",
        "cafe/8",
        ".:1/8",
        "/8"
      })
  void refusesWhatIsNoCidr(String text) {
    assertThatThrownBy(() -> Addresses.cidr(TextNode.valueOf(text)))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("expected a CIDR such as 10.0.0.0/8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "self",
        "localhost",
        "*",
        "https://app.example",
        "http://localhost:3000",
        "https://[::1]:8443",
        "capacitor://localhost"
      })
  void takesOrigins(String text) {
    assertThat(Addresses.origin(TextNode.valueOf(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Self",
        "null",
        "app.example",
        "app.example:8443",
        "https://",
        "https://app.example/",
        "https://app.example/chat",
        "https://app.example?a",
        "https://app.example#a",
        "https://me@app.example",
        "https://*.example",
        "https://app.example:99999",
        "mailto:me@app.example",
        "https://a b"
      })
  void refusesWhatIsNoOrigin(String text) {
    assertThatThrownBy(() -> Addresses.origin(TextNode.valueOf(text)))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("without a path");
  }

  @ParameterizedTest
  @CsvSource({
    "https://id.example/keys, true",
    "http://localhost:8080/keys, true",
    "http://127.0.0.1/keys, true",
    "http://[::1]/keys, true",
    "http://id.example/keys, false",
    "https://me:word@id.example/keys, false",
    "file:///etc/keys, false",
    "keys.json, false"
  })
  void takesAKeySetOverHttpsOrFromLoopback(String text, boolean taken) {
    if (taken) {
      assertThat(Addresses.keySetUrl(TextNode.valueOf(text))).isEqualTo(text);
    } else {
      assertThatThrownBy(() -> Addresses.keySetUrl(TextNode.valueOf(text)))
          .isInstanceOf(BadValue.class)
          .hasMessageNotContaining("word@");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, true", "LOCALHOST, true", "127.0.0.1, true", "127.9.9.9, true", "::1, true",
    "[::1], true", "0:0:0:0:0:0:0:1, true", "0.0.0.0, false", "::, false", "10.0.0.1, false",
    "127.evil.example, false", "127.1, false", "localhost.evil.example, false", "host, false"
  })
  void knowsLoopback(String host, boolean loopback) {
    assertThat(Addresses.isLoopback(host)).isEqualTo(loopback);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, localhost, true",
    "localhost, 127.0.0.1, true",
    "::1, localhost, true",
    "0.0.0.0, 10.0.0.1, true",
    "10.0.0.1, ::, true",
    "Host, host, true",
    "127.0.0.1, ::1, false",
    "127.0.0.1, 127.0.0.2, false",
    "localhost, 10.0.0.1, false",
    "a.example, b.example, false"
  })
  void knowsWhichHostsShareAnAddress(String one, String other, boolean overlap) {
    assertThat(Addresses.overlap(one, other)).isEqualTo(overlap);
  }
}
