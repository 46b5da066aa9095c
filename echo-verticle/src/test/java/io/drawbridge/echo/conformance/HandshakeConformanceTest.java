package io.drawbridge.echo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The opening handshake (RFC 6455 §4, RFC 9112)")
@ExtendWith(LeakCheck.class)
final class HandshakeConformanceTest {
  private static final String SETTINGS =
      """
      echo: {prefix: ''}
      firewall: {origins: [self, 'https://app.example']}
      limits: {messages: unlimited, keyMessages: unlimited, connectRate: unlimited, handshake: $}
      """;

  /** The end without an answer, which is what a handshake gets that is not complete in time. */
  private static final String CUT = "< cut";

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @TestFactory
  @DisplayName("that comes in time")
  Stream<DynamicNode> inTime() {
    return started("1m", each -> !each.script().contains(CUT));
  }

  @TestFactory
  @DisplayName("that is never complete")
  Stream<DynamicNode> overdue() {
    return started("300ms", each -> each.script().contains(CUT));
  }

  private Stream<DynamicNode> started(String deadline, Predicate<ConformanceCase> which) {
    gateway.start(SETTINGS.replace("$", deadline), EchoVerticle::new, EchoVerticle::port);
    List<ConformanceCase> cases = CaseFile.read("handshake.txt").stream().filter(which).toList();
    return Ways.of(cases, this::run);
  }

  private void run(ConformanceCase each, Split split, long seed) {
    HandshakeLines lines = new HandshakeLines(each.script());
    try (WsConversation client = WsConversation.connect(gateway.port())) {
      split.send(client, lines.request(), each, seed);
      String expected = lines.expected();
      if (expected.equals("cut")) {
        client.expectEof();
      } else if (expected.equals("101")) {
        if (lines.accept().isEmpty()) {
          client.expectUpgrade();
        } else {
          HttpAnswer answer = client.answer();
          assertThat(answer.status()).isEqualTo(101);
          assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo(lines.accept());
        }
        new Script(client, each, split, seed).run(lines.talk());
      } else {
        refusal(client.answer(), expected, lines.answerHeaders());
        client.expectNoMore();
      }
    }
  }

  /** The status and the headers; and, unless it has {@code no body}, docs/errors.md's form. */
  private static void refusal(HttpAnswer answer, String expected, List<String> headers) {
    String[] words = expected.split(" ", 2);
    assertThat(answer.statusLine()).as(answer.body()).matches("HTTP/\\d\\.\\d " + words[0] + " .+");
    assertThat(answer.header("Sec-WebSocket-Accept")).isEmpty();
    assertThat(answer.headers()).containsAll(headers);
    if (words.length > 1) {
      assertThat(words[1]).isEqualTo("no body");
      assertThat(answer.body()).isEmpty();
    } else {
      assertThat(answer.status()).isEqualTo(Integer.parseInt(words[0]));
      assertThat(answer.kind())
          .isEqualTo(words[0].equals("403") ? "ORIGIN_DENIED" : "BAD_HANDSHAKE");
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.header("Connection")).endsWith("close");
    }
  }
}
