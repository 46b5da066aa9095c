package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.hostile.Row.Answer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Shows each token of {@link Rows} to a real server, over a real socket. */
@DisplayName("Hostile tokens (contract, section 3.2), as the first message")
@ExtendWith(LeakCheck.class)
final class HostileTokensTest {
  private static final Map<Duration, String> TIMES = new ConcurrentSkipListMap<>();

  @RegisterExtension final TestGateway gateway = new TestGateway();
  @TempDir Path folder;

  @TestFactory
  @DisplayName("to a server with a secret, HS256 alone")
  Stream<DynamicTest> withASecret() {
    return shownTo(Setup.SECRET);
  }

  @TestFactory
  @DisplayName("to a server with a secret, an issuer and two audiences")
  Stream<DynamicTest> withIssuerAndAudiences() {
    return shownTo(Setup.AUDIENCE);
  }

  @TestFactory
  @DisplayName("to a server with an RSA key for RS256 alone")
  Stream<DynamicTest> withAPublicKey() {
    return shownTo(Setup.RSA);
  }

  @TestFactory
  @DisplayName("to a server with a secret and a key of each kind")
  Stream<DynamicTest> withKeysOfAllKinds() {
    return shownTo(Setup.MIXED);
  }

  private Stream<DynamicTest> shownTo(Setup setup) {
    Attempt attempt = new Attempt(gateway, setup, folder);
    return Rows.all().stream()
        .filter(row -> row.setup() == setup)
        .map(row -> dynamicTest(row.theme() + ": " + row.name(), () -> show(attempt, row)));
  }

  private static void show(Attempt attempt, Row row) {
    row.named(() -> TIMES.put(attempt.inFirstMessage(row.token(), row.answer()), row.name()));
  }

  @AfterEach
  void nothingOfAnyTokenIsInTheLogAndNobodyWasCalled() {
    assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
    Trap.assertNeverCalled();
  }

  @AfterAll
  static void writeTimes() throws IOException {
    StringBuilder slowest = new StringBuilder();
    TIMES.forEach(
        (taken, name) ->
            slowest.append(taken.toNanos() / 1000).append(" us ").append(name).append('\n'));
    Files.writeString(Path.of("target/hostile-tokens-times.txt"), slowest);
  }

  @Test
  void thereAreEnoughOfThemAndNoneHasTheNameOfAnother() {
    List<Row> rows = Rows.all();

    assertThat(rows).filteredOn(row -> row.answer() != Answer.GOOD).hasSizeGreaterThan(120);
    assertThat(rows)
        .extracting(row -> row.setup() + row.theme() + row.name())
        .doesNotHaveDuplicates();
    for (Setup setup : Setup.values()) {
      assertThat(rows)
          .as("good tokens for %s: a test must be able to fail", setup)
          .anyMatch(row -> row.setup() == setup && row.answer() == Answer.GOOD);
    }
  }
}
