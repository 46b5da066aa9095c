package io.drawbridge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The agreement on compression (RFC 7692 §7.1)")
final class PerMessageDeflateTest {

  private static Optional<String> answer(String offer, boolean takeover) {
    return PerMessageDeflate.accept(ExtensionOffer.parse(List.of(offer)).orElseThrow(), takeover)
        .map(PerMessageDeflate::header);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permessage-deflate | permessage-deflate
          permessage-deflate; client_max_window_bits | permessage-deflate
          permessage-deflate; client_max_window_bits=10 | permessage-deflate; client_max_window_bits=10
          permessage-deflate; client_max_window_bits=15 | permessage-deflate; client_max_window_bits=15
          permessage-deflate; server_max_window_bits=8 | permessage-deflate; server_max_window_bits=8
          permessage-deflate; server_max_window_bits=\"12\" | permessage-deflate; server_max_window_bits=12
          permessage-deflate; server_max_window_bits=15 | permessage-deflate; server_max_window_bits=15
          permessage-deflate; server_no_context_takeover | permessage-deflate; server_no_context_takeover
          permessage-deflate; client_no_context_takeover | permessage-deflate; client_no_context_takeover
          x-other, permessage-deflate | permessage-deflate
          """)
  void keepsToAnOffer(String offer, String answer) {
    assertThat(answer(offer, true)).hasValue(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_no_context_takeover",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
      })
  void takesNoContextOverUnlessToldTo(String offer) {
    assertThat(answer(offer, false))
        .hasValue("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits=+9",
        "permessage-deflate; server_max_window_bits=9.0",
        "permessage-deflate; server_max_window_bits=99999999999999999999",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; SERVER_NO_CONTEXT_TAKEOVER",
        "permessage-deflate; unknown",
        "Permessage-Deflate",
        "x-webkit-deflate-frame",
        "permessage-bzip2; client_max_compress_level=9"
      })
  void declines(String offer) {
    assertThat(answer(offer, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"permessage-deflate; server_max_window_bits=7", "permessage-deflate; x"})
  void takesTheNextOfferInstead(String declined) {
    assertThat(answer(declined + ", permessage-deflate; server_max_window_bits=9", true))
        .hasValue("permessage-deflate; server_max_window_bits=9");
  }
}
