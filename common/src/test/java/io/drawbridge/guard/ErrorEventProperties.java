package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;

/** Any event, whatever a client managed to get into it. */
final class ErrorEventProperties {

  @Property(tries = 200)
  void isTheSameAfterTheWayOverTheEventBus(
      @ForAll @NotEmpty String kind,
      @ForAll @NotEmpty @StringLength(max = 600) String peer,
      @ForAll String user,
      @ForAll @StringLength(max = 600) String detail,
      @ForAll Instant at,
      @ForAll @IntRange(max = 4999) int closeCode,
      @ForAll @LongRange(max = Integer.MAX_VALUE) long suppressed) {
    ErrorEvent event =
        new ErrorEvent(
            "id", at, kind, "echo", "node", peer, user, null, detail, closeCode, suppressed);

    assertThat(ErrorEvent.fromJson(event.toJson().copy())).isEqualTo(event);
    assertThat(event.detail()).hasSizeLessThanOrEqualTo(ErrorEvent.MAX_TEXT);
  }

  @Property(tries = 200)
  void isAlwaysOneAsciiLineInTheLog(@ForAll("texts") String detail) {
    ErrorEvent event = Events.withDetail("id", detail);

    String line = ErrorLog.json(event);

    assertThat(line.chars()).allMatch(character -> character >= ' ' && character <= '~');
    assertThat(new JsonObject(line).getString("detail")).isEqualTo(event.detail());
  }

  @Property(tries = 200)
  void isAShortLineThoughEveryFieldIsHostile(
      @ForAll("texts") String one, @ForAll("texts") String other, @ForAll Instant at) {
    String text = (one + other).repeat(100) + "x";
    ErrorEvent event =
        new ErrorEvent(
            text,
            at,
            text,
            text,
            text,
            text,
            text,
            text,
            text,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);

    String line = ErrorLog.json(event);

    assertThat(line.length() + 1).isLessThanOrEqualTo(4096);
    assertThat(line.chars()).allMatch(character -> character >= ' ' && character <= '~');
    assertThat(new JsonObject(line).fieldNames()).hasSize(11);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(300),
        Arbitraries.strings().withCharRange((char) 0, (char) 0xFF).ofMaxLength(300),
        Arbitraries.strings().withCharRange('\u2000', '\u20FF').ofMaxLength(30),
        Arbitraries.strings().withCharRange('\uD7F0', '\uFFFF').ofMaxLength(30));
  }
}
