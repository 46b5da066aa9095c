package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorEventTest {
  private static final String GRIN = "\uD83D\uDE00";

  private static JsonObject json() {
    return Events.event("id-1").toJson();
  }

  private static ErrorEvent with(String user, String detail) {
    return new ErrorEvent(
        "id", Instant.EPOCH, "KIND", "edge", "node", "peer", user, null, detail, 0, 0);
  }

  @Test
  void hasTheFormOfTheContract() {
    ErrorEvent event =
        new ErrorEvent(
            "id-1",
            Instant.parse("2026-11-22T18:00:00.123Z"),
            "RATE_LIMITED",
            "auth",
            "node-1",
            "2001:db8::1",
            "ada",
            "s-1",
            "throttled",
            1013,
            7);

    assertThat(event.toJson().getMap())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("id", "id-1"),
                Map.entry("at", "2026-11-22T18:00:00.123Z"),
                Map.entry("kind", "RATE_LIMITED"),
                Map.entry("edge", "auth"),
                Map.entry("node", "node-1"),
                Map.entry("peer", "2001:db8::1"),
                Map.entry("user", "ada"),
                Map.entry("session", "s-1"),
                Map.entry("detail", "throttled"),
                Map.entry("closeCode", 1013),
                Map.entry("suppressed", 7L)));
  }

  @Test
  void leavesOutWhatIsNotKnown() {
    ErrorEvent event =
        new ErrorEvent("id", Instant.EPOCH, "KIND", "echo", "node", "peer", null, null, null, 0, 0);

    assertThat(event.toJson().fieldNames())
        .containsExactly("id", "at", "kind", "edge", "node", "peer");
    assertThat(ErrorEvent.fromJson(event.toJson())).isEqualTo(event);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "at", "kind", "edge", "node", "peer"})
  void namesTheFieldThatIsMissing(String field) {
    JsonObject without = json();
    without.remove(field);

    for (JsonObject bad :
        new JsonObject[] {without, json().putNull(field), json().put(field, "")}) {
      assertThatThrownBy(() -> ErrorEvent.fromJson(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(field + ": missing");
    }
  }

  static Stream<Arguments> wrongFields() {
    Stream<Arguments> texts =
        Stream.of("id", "at", "kind", "edge", "node", "peer", "user", "session", "detail")
            .flatMap(
                field ->
                    Stream.of(1, true, new JsonObject(), new JsonArray())
                        .map(wrong -> Arguments.of(field, wrong, "must be a string")));
    Stream<Arguments> counts =
        Stream.of("closeCode", "suppressed")
            .flatMap(
                field ->
                    Stream.of("1", true, -1, 1L << 31, 1.0, 1.5, new JsonObject())
                        .map(
                            wrong ->
                                Arguments.of(field, wrong, "must be a whole number, 0 or more")));
    Stream<Arguments> times =
        Stream.of("now", "2026-11-22", "2026-13-01T00:00:00Z", "1763834400000")
            .map(
                wrong -> Arguments.of("at", wrong, "must be a time like 2026-11-22T18:00:00.000Z"));
    return Stream.of(texts, counts, times).flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void namesTheFieldThatIsWrong(String field, Object wrong, String why) {
    assertThatThrownBy(() -> ErrorEvent.fromJson(json().put(field, wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(field + ": " + why);
  }

  @Test
  void readsCountsOfAnyWholeType() {
    ErrorEvent event = ErrorEvent.fromJson(json().put("closeCode", 1002L).put("suppressed", 3));

    assertThat(event.closeCode()).isEqualTo(1002);
    assertThat(event.suppressed()).isEqualTo(3);
  }

  @Test
  void ignoresFieldsThatItDoesNotKnow() {
    assertThat(ErrorEvent.fromJson(json().put("colour", "red"))).isEqualTo(Events.event("id-1"));
  }

  @Test
  void keepsATextOfTheFullLength() {
    String longest = "x".repeat(ErrorEvent.MAX_TEXT);

    assertThat(with(longest, longest).detail()).isEqualTo(longest);
    assertThat(with(longest, longest).user()).isEqualTo(longest);
  }

  @Test
  void shortensAnyTextThatIsTooLong() {
    String text = "x".repeat(ErrorEvent.MAX_TEXT + 1);
    ErrorEvent event =
        new ErrorEvent(text, Instant.EPOCH, text, text, text, text, text, text, text, 0, 0);

    String shortened = "x".repeat(ErrorEvent.MAX_TEXT - 1) + "…";
    JsonObject json = event.toJson();
    json.remove("at");
    assertThat(json.getMap().values()).hasSize(8).containsOnly(shortened);
  }

  @Test
  void keepsAWholeUserWhateverItIsWrittenIn() {
    String user = "\u4f60".repeat(ErrorEvent.MAX_TEXT);

    assertThat(with(user, "detail").user()).isEqualTo(user);
  }

  @Test
  void shortensATextThatWouldBeLongOnceItIsEscaped() {
    assertThat(with("ada", "\u4f60".repeat(56)).detail()).isEqualTo("\u4f60".repeat(56));
    assertThat(with("ada", "\u4f60".repeat(57)).detail()).isEqualTo("\u4f60".repeat(55) + "…");
    assertThat(with("ada", "\"".repeat(256)).detail()).isEqualTo("\"".repeat(167) + "…");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\n", "\u202eb", "\ud800", "é", "\u0000"})
  void refusesAnIdThatWouldBeCutOrEscaped(String id) {
    for (String bad : new String[] {id, "x".repeat(129)}) {
      assertThatThrownBy(() -> ErrorEvent.fromJson(json().put("id", bad)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("id: must be 1 to 128 characters of printable ASCII");
    }
    assertThat(ErrorEvent.fromJson(json().put("id", "x".repeat(128))).id()).hasSize(128);
  }

  @Test
  void neverCutsACharacterInHalves() {
    String atTheCut = "x".repeat(ErrorEvent.MAX_TEXT - 2) + GRIN + "tail";
    String beforeTheCut = "x".repeat(ErrorEvent.MAX_TEXT - 3) + GRIN + "tail";

    assertThat(with("ada", atTheCut).detail()).isEqualTo("x".repeat(254) + "…");
    assertThat(with("ada", beforeTheCut).detail()).isEqualTo("x".repeat(253) + GRIN + "…");
  }
}
