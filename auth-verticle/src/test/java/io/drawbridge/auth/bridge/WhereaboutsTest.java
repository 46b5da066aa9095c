package io.drawbridge.auth.bridge;

import static io.drawbridge.edge.TestGateway.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WhereaboutsTest {
  private static final Whereabouts.Place PLACE =
      new Whereabouts.Place("s-1", "Jürgen", "drawbridge.resume.1", List.of("news", "vip"));

  private final Vertx vertx = Vertx.vertx();
  private final Whereabouts one = new Whereabouts(vertx);
  private final Whereabouts other = new Whereabouts(vertx);

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void tellsOthersOnce() {
    done(one.write("t", PLACE, Duration.ofSeconds(30)));

    assertThat(done(other.take("t"))).contains(PLACE);
    assertThat(done(one.take("t"))).isEmpty();
  }

  @Test
  void knowsNothingOfWhatWasForgotten() {
    done(one.write("t", PLACE, Duration.ofSeconds(30)));
    one.forget("t");

    assertThat(done(other.take("t"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no JSON", "[]", "{}", "{\"session\":1}"})
  void isNotMisledByWhatItHasNotWritten(String text) {
    assertThat(Whereabouts.Place.of(text)).isEmpty();
  }
}
