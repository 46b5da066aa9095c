package io.drawbridge.auth.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.hostile.Row.Answer;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One token shown to a server by one way: what the client must be told, what the operator must find
 * in the log, and that the next client is served.
 */
final class Attempt {
  /** The longest that a verdict may take. */
  static final Duration LONGEST = Duration.ofMillis(50);

  /** Other work on the machine can delay one attempt, but hardly all of them. */
  private static final int TRIES = 4;

  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";

  private final TestGateway gateway;
  private final Setup setup;

  /** Starts a server for them. */
  Attempt(TestGateway gateway, Setup setup, Path folder) {
    this.gateway = setup.start(gateway, folder);
    this.setup = setup;
    assertServesOthers();
  }

  /** Shows it in this message; how long the verdict took, the best of some tries. */
  Duration inFirstMessage(String token, String message, Answer answer) {
    Duration best = Duration.ofDays(1);
    for (int tries = 0; tries < TRIES && best.compareTo(LONGEST) >= 0; tries++) {
      Duration once = once(token, message, answer);
      best = once.compareTo(best) < 0 ? once : best;
    }
    assertThat(best).as("time to the verdict").isLessThan(LONGEST);
    return best;
  }

  private Duration once(String token, String message, Answer answer) {
    try (WsConversation client = WsConversation.open(gateway.port())) {
      long start = System.nanoTime();
      if (answer == Answer.TOO_BIG) {
        // The server takes no more of it when it knows, so that writing it may not end.
        client.flood(ClientFrames.text(message), 1);
      } else {
        client.send(message);
      }
      if (!answer.text.isEmpty()) {
        client.expect(answer.text);
      }
      if (answer == Answer.GOOD) {
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        client.send(PING).expect(PONG).bye();
        return taken;
      }
      client.expectClose(answer.closeCode, answer.kind);
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      if (answer != Answer.TOO_BIG) {
        client.sendClose(answer.closeCode).expectEof();
      }
      assertLogged(client.ref(), answer, token);
      assertServesOthers();
      return taken;
    }
  }

  /** One event of the kind, and nothing of the token in it. */
  void assertLogged(String ref, Answer answer, String token) {
    JsonObject event = gateway.errors().awaitId(ref);
    assertThat(event.getString("kind")).isEqualTo(answer.kind);
    assertThat(event.getInteger("closeCode")).isEqualTo(answer.closeCode);
    assertThat(event.getString("edge")).isEqualTo("auth");
    assertThat(event.containsKey("user")).as("no user is known by a bad token").isFalse();
    assertThat(event.getString("detail")).as("says why").isNotBlank();
    assertHoldsNothingOf(token, event.encode());
  }

  private static void assertHoldsNothingOf(String token, String line) {
    assertThat(line).doesNotContain("eyJ", Tokens.SECRET);
    // Shorter than that, a piece could stand in any line.
    for (int start = 0; start + 16 <= token.length() && start < 4096; start += 8) {
      assertThat(line).doesNotContain(token.substring(start, start + 16));
    }
  }

  void assertServesOthers() {
    try (WsConversation client = WsConversation.open(gateway.port())) {
      client.send(setup.good().claim("user_id", "\"other\"").text());
      client.expect(Answer.GOOD.text).bye();
    }
  }
}
