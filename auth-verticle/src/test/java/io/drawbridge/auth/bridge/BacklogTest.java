package io.drawbridge.auth.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BacklogTest {
  private final AtomicLong total = new AtomicLong();

  private Backlog backlog(int messages, long bytes) {
    return new Backlog(messages, bytes, total);
  }

  private static String envelope(int body) {
    return new JsonObject().put("type", "rec").put("body", body).encode();
  }

  private static List<String> texts(Backlog.Missed missed) {
    return missed.envelopes().stream().map(each -> new String(each, UTF_8)).toList();
  }

  @Test
  void numbersEachEnvelopeFromOne() {
    Backlog backlog = backlog(10, 1000);

    assertThat(new String(backlog.add("{\"type\":\"rec\",\"body\":\"ü\"}"), UTF_8))
        .isEqualTo("{\"seq\":1,\"type\":\"rec\",\"body\":\"ü\"}");
    assertThat(new String(backlog.add(Unpooled.copiedBuffer(envelope(7), UTF_8)), UTF_8))
        .isEqualTo("{\"seq\":2,\"type\":\"rec\",\"body\":7}");
    assertThat(backlog.last()).isEqualTo(2);
  }

  @Test
  void givesWhatCameBehindANumber() {
    Backlog backlog = backlog(10, 1000);
    for (int i = 1; i <= 3; i++) {
      backlog.add(envelope(i));
    }

    assertThat(texts(backlog.after(1)))
        .containsExactly(
            "{\"seq\":2,\"type\":\"rec\",\"body\":2}", "{\"seq\":3,\"type\":\"rec\",\"body\":3}");
    assertThat(backlog.after(0).envelopes()).hasSize(3);
    assertThat(backlog.after(3).envelopes()).isEmpty();
    assertThat(backlog.after(0).lost()).isZero();
  }

  @Test
  void givesNothingBehindANumberThatIsNotGivenYet() {
    Backlog backlog = backlog(10, 1000);
    backlog.add(envelope(1));

    assertThat(backlog.after(Long.MAX_VALUE)).isEqualTo(new Backlog.Missed(0, List.of()));
  }

  @Test
  void losesTheOldestPastTheCount() {
    Backlog backlog = backlog(2, 1000);
    for (int i = 1; i <= 5; i++) {
      backlog.add(envelope(i));
    }

    assertThat(backlog.after(1).lost()).isEqualTo(2);
    assertThat(backlog.after(1).envelopes()).hasSize(2);
    assertThat(backlog.after(3).lost()).isZero();
    assertThat(backlog.after(4).envelopes()).hasSize(1);
  }

  @Test
  void losesTheOldestPastTheBytes() {
    int size = envelope(1).length() + "\"seq\":1,".length();
    Backlog backlog = backlog(1000, 2L * size);
    for (int i = 1; i <= 5; i++) {
      backlog.add(envelope(i));
      assertThat(backlog.bytes()).isLessThanOrEqualTo(2L * size);
    }

    assertThat(backlog.after(0).lost()).isEqualTo(3);
    assertThat(backlog.after(0).envelopes()).hasSize(2);
  }

  @Test
  void losesWhatIsTooLargeByItself() {
    Backlog backlog = backlog(10, 40);
    backlog.add(envelope(1));
    backlog.add("{\"type\":\"rec\",\"body\":\"" + "x".repeat(50) + "\"}");

    assertThat(backlog.after(0)).isEqualTo(new Backlog.Missed(2, List.of()));
    assertThat(total).hasValue(0);
  }

  @Test
  void losesItsOwnOldestWhereAllTogetherKeepTooMuch() {
    Backlog backlog = backlog(10, 1000);
    backlog.add(envelope(1));
    total.addAndGet(Backlog.MOST_TOTAL - backlog.bytes());
    backlog.add(envelope(2));

    assertThat(backlog.after(0).lost()).isEqualTo(1);
    assertThat(total.get()).isLessThanOrEqualTo(Backlog.MOST_TOTAL);
  }

  @Test
  void givesItsBytesBack() {
    Backlog backlog = backlog(10, 1000);
    backlog.add(envelope(1));
    assertThat(total.get()).isPositive().isEqualTo(backlog.bytes());

    backlog.clear();

    assertThat(total).hasValue(0);
  }
}
