package io.drawbridge.echo.conformance;

import io.drawbridge.echo.EchoVerticle;
import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Frames, fragments, UTF-8 and closing (RFC 6455 §5 to §8)")
@ExtendWith(LeakCheck.class)
final class FramingConformanceTest {
  /** Byte-exact echo, and limits that only the cases about limits reach. */
  private static final String SETTINGS =
      """
      echo: {prefix: ''}
      limits: {messages: unlimited, bytes: unlimited, keyMessages: unlimited, connectRate: unlimited,
        frameSize: 16MiB, messageSize: 16MiB, fragments: 100000, outbound: 64MiB}
      """;

  @RegisterExtension final TestGateway gateway = new TestGateway();

  @TestFactory
  Stream<DynamicNode> framing() {
    gateway.start(SETTINGS, EchoVerticle::new, EchoVerticle::port);
    return Ways.of(
        CaseFile.read("framing.txt"),
        (each, split, seed) -> {
          try (WsConversation server = WsConversation.open(gateway.port())) {
            new Script(server, each, split, seed).run();
          }
        });
  }
}
