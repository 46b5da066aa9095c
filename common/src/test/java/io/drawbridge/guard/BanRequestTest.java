package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BanRequestTest {
  private static final BanSubject ADDRESS = new BanSubject(false, "192.0.2.1");

  private static JsonObject ban() {
    return new JsonObject().put("op", "ban").put("subject", "ip:192.0.2.1");
  }

  private static BanRequest read(@Nullable Object body) {
    return BanRequest.of(body, Duration.ofMinutes(5));
  }

  @Test
  void bansForTheUsualTimeWhenItSaysNoOther() {
    assertThat(read(ban())).isEqualTo(new BanRequest.Impose(ADDRESS, 300_000, ""));
    assertThat(read(ban().putNull("forMs").putNull("why")))
        .isEqualTo(new BanRequest.Impose(ADDRESS, 300_000, ""));
  }

  @Test
  void bansForAsLongAsItSays() {
    assertThat(read(ban().put("forMs", 7).put("why", "spam")))
        .isEqualTo(new BanRequest.Impose(ADDRESS, 7, "spam"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 315_360_000_000L})
  void bansForOneMillisecondToTenYears(long millis) {
    assertThat(read(ban().put("forMs", millis)))
        .isEqualTo(new BanRequest.Impose(ADDRESS, millis, ""));
  }

  @Test
  void takesAReasonOf256Characters() {
    assertThat(read(ban().put("why", "w".repeat(256))))
        .isEqualTo(new BanRequest.Impose(ADDRESS, 300_000, "w".repeat(256)));
  }

  @Test
  void writesTheSubjectInItsOneForm() {
    assertThat(read(ban().put("subject", "ip:::ffff:192.0.2.1")))
        .isEqualTo(new BanRequest.Impose(ADDRESS, 300_000, ""));
  }

  @Test
  void pardons() {
    assertThat(read(ban().put("op", "unban"))).isEqualTo(new BanRequest.Pardon(ADDRESS));
  }

  @Test
  void lists() {
    assertThat(read(new JsonObject().put("op", "list"))).isEqualTo(new BanRequest.All(-1));
    assertThat(read(new JsonObject().put("op", "list").put("known", 7)))
        .isEqualTo(new BanRequest.All(7));
  }

  static Stream<Arguments> badBodies() {
    String op = "op: must be ban, unban or list";
    String subject =
        "subject: must be ip: and a literal address, or user: and 1 to 256 characters without"
            + " control characters";
    String forMs = "forMs: must be a whole number of milliseconds, 1 to 315360000000";
    String why = "why: must be a string of at most 256 characters";
    JsonObject noSubject = new JsonObject().put("op", "ban");
    return Stream.of(
        Arguments.of(null, "the body must be a JSON object"),
        Arguments.of("list", "the body must be a JSON object"),
        Arguments.of(new JsonArray(), "the body must be a JSON object"),
        Arguments.of(new JsonObject(), op),
        Arguments.of(ban().put("op", "BAN"), op),
        Arguments.of(ban().put("op", 1), op),
        Arguments.of(noSubject, subject),
        Arguments.of(ban().put("subject", 1), subject),
        Arguments.of(ban().put("subject", "192.0.2.1"), subject),
        Arguments.of(ban().put("subject", "ip:10.0.0.0/8"), subject),
        Arguments.of(ban().put("subject", "ip:localhost"), subject),
        Arguments.of(ban().put("subject", "user:"), subject),
        Arguments.of(ban().put("subject", "user:a\nb"), subject),
        Arguments.of(ban().put("subject", "user:" + "u".repeat(257)), subject),
        Arguments.of(noSubject.copy().put("op", "unban"), subject),
        Arguments.of(ban().put("forMs", 0), forMs),
        Arguments.of(ban().put("forMs", -1), forMs),
        Arguments.of(ban().put("forMs", 1.5), forMs),
        Arguments.of(ban().put("forMs", "1"), forMs),
        Arguments.of(ban().put("forMs", 315_360_000_001L), forMs),
        Arguments.of(ban().put("why", 1), why),
        Arguments.of(ban().put("why", "w".repeat(257)), why),
        Arguments.of(
            new JsonObject().put("op", "list").put("known", "7"),
            "known: must be a whole number, 0 or more"));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void namesTheFieldThatIsWrong(@Nullable Object body, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(body)).withMessage(message);
  }
}
