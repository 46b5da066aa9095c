package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTicketsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T18:00:00Z");
  private static final ResumeTicket TICKET =
      new ResumeTicket("t-1", "s-1", "Jürgen 🙂", NOW.plusSeconds(30));

  private final ResumeTickets tickets = ResumeTickets.own();

  @Test
  void opensWhatItSealed() {
    assertThat(tickets.open(tickets.seal(TICKET), TICKET.user(), NOW)).isEqualTo(TICKET);
  }

  @Test
  void tellsNothingOfWhatIsInIt() {
    String sealed = tickets.seal(TICKET);

    assertThat(sealed).matches("[A-Za-z0-9_-]+").isNotEqualTo(tickets.seal(TICKET));
    byte[] bytes = Base64.getUrlDecoder().decode(sealed);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("s-1", "rgen");
  }

  @Test
  void isOfItsUserAlone() {
    assertThat(tickets.open(tickets.seal(TICKET), "42", NOW)).isNull();
  }

  @Test
  void endsInItsTime() {
    String sealed = tickets.seal(TICKET);

    assertThat(tickets.open(sealed, TICKET.user(), TICKET.until().minusMillis(1))).isNotNull();
    assertThat(tickets.open(sealed, TICKET.user(), TICKET.until())).isNull();
  }

  @Test
  void isWorthNothingElsewhere() {
    String foreign = ResumeTickets.own().seal(TICKET);

    assertThat(tickets.open(foreign, TICKET.user(), NOW)).isNull();
  }

  @Test
  void isWorthNothingWithAnyBitChangedOrAnyByteMissing() {
    byte[] sealed = Base64.getUrlDecoder().decode(tickets.seal(TICKET));
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(tickets.open(base64(changed), TICKET.user(), NOW)).as("bit %s", bit).isNull();
    }
    for (int length = 0; length < sealed.length; length++) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThat(tickets.open(base64(cut), TICKET.user(), NOW)).as("length %s", length).isNull();
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "junk", "=", "\0", "ü", "e30.e30.e30", "AAAAAAAAAAAAAAAA"})
  void takesNothingElseForATicket(String text) {
    assertThat(tickets.open(text, "42", NOW)).isNull();
  }

  @Test
  void takesNothingTooLongForATicket() {
    assertThat(tickets.open("A".repeat(1 << 20), "42", NOW)).isNull();
  }

  @Test
  void isGoodWhereverTheSameSecretIs() {
    Secret secret = new Secret("a secret of tests alone, 32 bytes or more");
    String sealed = ResumeTickets.of(secret).seal(TICKET);

    assertThat(ResumeTickets.of(secret).open(sealed, TICKET.user(), NOW)).isEqualTo(TICKET);
    assertThat(ResumeTickets.of(new Secret("another")).open(sealed, TICKET.user(), NOW)).isNull();
    assertThat(ResumeTickets.own().isShared()).isFalse();
  }
}
