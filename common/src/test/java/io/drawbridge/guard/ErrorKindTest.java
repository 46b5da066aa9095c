package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.CloseCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorKindTest {

  /** The contract's table: name, HTTP status, close code, failure code, temporary. */
  private static final String CONTRACT =
      """
      BAD_HANDSHAKE     400    -   - no
      ORIGIN_DENIED     403    -   - no
      ADDRESS_DENIED    403    -   - no
      BANNED            403 3003   - yes
      CONNECTION_RATE   429    -   - yes
      CONNECTION_LIMIT  503 1013   - yes
      PROTOCOL_ERROR      - 1002   - no
      UNSUPPORTED_DATA    - 1003   - no
      INVALID_UTF8        - 1007   - no
      MESSAGE_TOO_BIG     - 1009   - no
      RATE_LIMITED      -   1013 429 yes
      SLOW_CONSUMER       - 1008   - yes
      IDLE_TIMEOUT        - 3008   - yes
      AUTH_TIMEOUT        - 3008   - yes
      INVALID_TOKEN     401 3000 401 no
      TOKEN_EXPIRED     401 3000 401 yes
      SESSION_REVOKED     - 3003   - no
      SESSION_REPLACED    - 3003   - no
      INVALID_MESSAGE     -    - 400 no
      INVALID_BODY        -    - 422 no
      ACCESS_DENIED       -    - 403 no
      CONNECTION_LOST     -    -   - no
      SHUTTING_DOWN     503 1012   - yes
      INTERNAL_ERROR    500 1011 500 yes
      """;

  /** What the Vert.x bridge answers for the event bus. */
  private static final List<String> OF_THE_BUS =
      List.of("TIMEOUT", "NO_HANDLERS", "RECIPIENT_FAILURE");

  private static String row(ErrorKind kind) {
    return String.join(
        " ",
        kind.name(),
        code(kind.httpStatus()),
        code(kind.closeCode()),
        code(kind.failureCode()),
        kind.temporary() ? "yes" : "no");
  }

  private static String code(int code) {
    return code == 0 ? "-" : Integer.toString(code);
  }

  @Test
  void isTheTableOfTheContract() {
    Map<String, String> contract = new TreeMap<>();
    CONTRACT
        .lines()
        .map(line -> line.replaceAll(" +", " "))
        .forEach(row -> contract.put(row.substring(0, row.indexOf(' ')), row));
    Map<String, String> ours =
        Arrays.stream(ErrorKind.values())
            .filter(kind -> !OF_THE_BUS.contains(kind.name()))
            .collect(Collectors.toMap(ErrorKind::name, ErrorKindTest::row));

    assertThat(new TreeMap<>(ours)).isEqualTo(contract);
  }

  @Test
  void hasTheBridgesNamesForWhatTheBusAnswers() {
    for (String name : OF_THE_BUS) {
      ErrorKind kind = ErrorKind.valueOf(name);
      assertThat(kind.httpStatus()).isZero();
      assertThat(kind.closeCode()).isZero();
      assertThat(kind.failureCode()).isEqualTo(-1);
    }
  }

  @Test
  void isAStrikeWhereTheContractSaysSo() {
    assertThat(Arrays.stream(ErrorKind.values()).filter(ErrorKind::isStrike).map(ErrorKind::name))
        .containsExactlyInAnyOrder(
            "BAD_HANDSHAKE",
            "ORIGIN_DENIED",
            "CONNECTION_RATE",
            "PROTOCOL_ERROR",
            "INVALID_UTF8",
            "MESSAGE_TOO_BIG",
            "RATE_LIMITED",
            "AUTH_TIMEOUT",
            "INVALID_TOKEN",
            "INVALID_MESSAGE",
            "INVALID_BODY",
            "ACCESS_DENIED");
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void closesOnlyWithACodeThatMayBeSent(ErrorKind kind) {
    assertThat(kind.closeCode() == 0 || CloseCode.isValid(kind.closeCode())).isTrue();
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void advisesToWaitExactlyWhereItHelps(ErrorKind kind) {
    assertThat(kind.retryAfter())
        .isEqualTo(kind.temporary() ? Duration.ofSeconds(1) : Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void hasPlainWordsForAPerson(ErrorKind kind) {
    assertThat(kind.words()).matches("[A-Z][A-Za-z0-9 -]{5,60}");
  }

  @Test
  void saysToTheClientWhatTheContractSaysOfTokens() {
    assertThat(ErrorKind.INVALID_TOKEN.words()).isEqualTo("Invalid Token");
    assertThat(ErrorKind.TOKEN_EXPIRED.words()).isEqualTo("Token Expired");
  }
}
