package io.drawbridge.echo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.HttpAnswer;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Compressed messages (RFC 7692)")
@ExtendWith(LeakCheck.class)
final class DeflateConformanceTest {
  private static final String SETTINGS =
      """
      echo: {prefix: ''}
      limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited, connectRate: unlimited,
        frameSize: 1MiB, messageSize: 1MiB, fragments: 100000, outbound: 64MiB}
      compression: {enabled: true, contextTakeover: $, maxRatio: %}
      """;

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @TestFactory
  @DisplayName("by a server that takes contexts over")
  Stream<DynamicNode> withTakeover() {
    return started("true", "unlimited", "deflate.txt");
  }

  @TestFactory
  @DisplayName("by a server as it is without settings but to compress")
  Stream<DynamicNode> withoutTakeover() {
    return started("false", "100", "deflate-defaults.txt");
  }

  private Stream<DynamicNode> started(String takeover, String maxRatio, String file) {
    gateway.start(
        SETTINGS.replace("$", takeover).replace("%", maxRatio),
        EchoVerticle::new,
        EchoVerticle::port);
    return Ways.of(CaseFile.read(file), this::run);
  }

  private void run(ConformanceCase each, Split split, long seed) {
    HandshakeLines lines = new HandshakeLines(each.script());
    try (WsConversation client = WsConversation.connect(gateway.port())) {
      split.send(client, lines.request(), each, seed);
      if (lines.expected().equals("101")) {
        client.expectUpgrade(lines.extensions());
        Compression compression = new Compression(lines.extensions());
        new Script(client, each, split, seed, compression).run(lines.talk());
      } else {
        HttpAnswer answer = client.answerAndEnd();
        assertThat(answer.status()).isEqualTo(Integer.parseInt(lines.expected()));
        assertThat(answer.kind()).isEqualTo("BAD_HANDSHAKE");
      }
    }
  }
}
