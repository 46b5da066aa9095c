package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.hostile.Row.Answer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Shows tokens of {@link Rows} by each {@link Way}: what they are worth is the same by all. */
@DisplayName("Hostile tokens by the other ways (contract, section 3.1)")
@ExtendWith(LeakCheck.class)
final class HostileWaysTest {
  /** The themes that are about the token itself, as far as all ways must agree on it. */
  private static final Set<String> THEMES = Set.of("Algorithm", "Signature", "Shape");

  @RegisterExtension final TestGateway gateway = new TestGateway();
  @TempDir Path folder;

  @TestFactory
  @DisplayName("in the header Authorization")
  Stream<DynamicTest> inAuthorization() {
    return shownBy(Way.AUTHORIZATION);
  }

  @TestFactory
  @DisplayName("as a subprotocol")
  Stream<DynamicTest> asASubprotocol() {
    return shownBy(Way.SUBPROTOCOL);
  }

  @TestFactory
  @DisplayName("in a message of type auth")
  Stream<DynamicTest> inAnAuthMessage() {
    return shownBy(Way.AUTH);
  }

  @TestFactory
  @DisplayName("in the headers of an envelope")
  Stream<DynamicTest> carriedByAnEnvelope() {
    return shownBy(Way.CARRIED);
  }

  @TestFactory
  @DisplayName("in a send to drawbridge.auth")
  Stream<DynamicTest> inASend() {
    return shownBy(Way.SEND);
  }

  private Stream<DynamicTest> shownBy(Way way) {
    Attempt attempt = new Attempt(gateway, Setup.MIXED, folder);
    return Rows.all().stream()
        .filter(row -> row.setup() == Setup.SECRET || row.setup() == Setup.MIXED)
        .filter(row -> THEMES.contains(row.theme()) && row.answer() != Answer.TOO_BIG)
        .filter(row -> way.canBring(row.token().get()))
        // Around a token in a header, white space is no part of it; nor is the word before it.
        .filter(
            row -> way != Way.CARRIED || !row.name().matches("a .* (before|behind) it|Bearer.*"))
        .map(
            row ->
                dynamicTest(
                    row.theme() + ": " + row.name(),
                    () -> row.named(() -> attempt.by(way, row.token(), row.answer()))));
  }

  @AfterEach
  void nothingOfAnyTokenIsInTheLog() {
    assertThat(gateway.errors().text()).doesNotContain("eyJ", Tokens.SECRET);
  }
}
