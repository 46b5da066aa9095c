package io.drawbridge.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.drawbridge.edge.LeakCheck;
import io.drawbridge.edge.TalkingHandler;
import io.drawbridge.edge.TestCertificates;
import io.drawbridge.edge.TestGateway;
import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.ClientFrames;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the edge can be stopped at the end of each test shows that it knows of no connection any
 * more; the other tests of closing show what the peer gets to see.
 */
@DisplayName("Whatever a connection is at, and however the peer ends it: it is gone, once, in time")
@ExtendWith(LeakCheck.class)
final class EndingsTest {
  private static final String LIMITS =
      "limits: {keyMessages: unlimited, bytes: unlimited, pong: 400ms, ping: ";

  /** Lost, or cut because it does not read: whichever is noticed first. */
  private static final int EITHER = 0;

  /** What the connection is at. */
  enum At {
    NOTHING,
    HALF_A_MESSAGE,
    /** The peer does not read, so that answers wait, and its messages are not read any more. */
    SENDING,
    /** Not read until there is a permit. */
    THROTTLED,
    /** Not read until the handler lets go. */
    HELD,
    /** Our Close frame waits for an answer. */
    CLOSED_BY_US,
    /** Theirs was answered. */
    CLOSED_BY_THEM,
    /** Our Close frame says what was wrong. */
    BROKEN;

    /**
     * With pings only where they are to end it: the peer reads them where it does not await any.
     */
    String limits(By by) {
      String ping = by == By.SILENCE || this == SENDING ? "300ms" : "1h";
      return LIMITS + ping + ", messages: " + (this == THROTTLED ? "2/s}" : "unlimited}");
    }
  }

  /** How the peer ends it. */
  enum By {
    CLOSE_FRAME,
    END_OF_TCP,
    RESET,
    SILENCE
  }

  private final TalkingHandler handler = new TalkingHandler();

  @RegisterExtension final TestGateway gateway = new TestGateway();

  static Stream<Arguments> endings() {
    return Arrays.stream(At.values())
        .flatMap(at -> Arrays.stream(By.values()).map(by -> arguments(at, by, code(at, by))))
        // Nothing gets through to whom we don't read; and to await an answer takes 5 s, elsewhere.
        .filter(each -> !isOneOf(each, At.SENDING, By.CLOSE_FRAME))
        .filter(each -> !isOneOf(each, At.CLOSED_BY_US, By.SILENCE));
  }

  private static boolean isOneOf(Arguments each, At at, By by) {
    return each.get()[0] == at && each.get()[1] == by;
  }

  /** What it is counted as. */
  private static int code(At at, By by) {
    return switch (at) {
      case CLOSED_BY_US -> 1003;
      case CLOSED_BY_THEM -> 1000;
      case BROKEN -> 1002;
      case SENDING -> EITHER;
      default ->
          switch (by) {
            case CLOSE_FRAME -> 1000;
            case END_OF_TCP, RESET -> 1006;
            case SILENCE -> 3008;
          };
    };
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("endings")
  void onJavasTransport(At at, By by, int code) {
    gateway.onJavaTransport();
    WsConversation client = open(at, by);
    end(client, by);
    // Whom we don't read may send what it likes: even its end is seen only when we do.
    handler.releaseAll();

    isGone(code);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("endings")
  @EnabledOnOs(OS.LINUX)
  void onTheNativeTransport(At at, By by, int code) {
    WsConversation client = open(at, by);
    end(client, by);
    if (by == By.CLOSE_FRAME || by == By.SILENCE) {
      handler.releaseAll();
    }

    isGone(code);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("endings")
  void overTls13(At at, By by, int code) throws Exception {
    overTls("TLSv1.3", at, by, code);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("endings")
  void overTls12(At at, By by, int code) throws Exception {
    overTls("TLSv1.2", at, by, code);
  }

  private void overTls(String version, At at, By by, int code) throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    gateway.secure(certificates.server(), certificates.client().speaking(version));
    WsConversation client = open(at, by);
    end(client, by);
    handler.releaseAll();

    isGone(code);
  }

  private void isGone(int code) {
    gateway.awaitNobody();
    assertThat(handler.closed).hasValue(1);
    assertThat(gateway.counted("drawbridge.closes")).isEqualTo(1);
    if (code != EITHER) {
      assertThat(gateway.counted("drawbridge.closes", "code", "" + code)).isEqualTo(1);
    }
    handler.releaseAll();
    gateway.open().send("still there?").expect("still there?").bye();
  }

  private WsConversation open(At at, By by) {
    gateway.start(at.limits(by), () -> handler);
    WsConversation client = at == At.SENDING ? gateway.openNarrow() : gateway.open();
    switch (at) {
      case NOTHING -> client.send("hi").expect("hi");
      case HALF_A_MESSAGE -> client.send("hi").expect("hi").raw(ClientFrames.firstText("half"));
      case SENDING -> {
        client.flood(ClientFrames.binary(new byte[60_000]), 10_000);
        gateway.awaitTrue("answers wait", this::isAtAStandstill);
      }
      case THROTTLED ->
          client.send("1").send("2").send("3").expect("1").expect("2").expectErrorLine("goes on");
      case HELD -> {
        client.send(TalkingHandler.HOLD);
        gateway.awaitTrue("held", () -> handler.held() == 1);
      }
      case CLOSED_BY_US -> client.send(TalkingHandler.CLOSE).expectClose(1003, "UNSUPPORTED_DATA");
      case CLOSED_BY_THEM -> client.sendClose(1000).expectCloseAnswer(1000);
      case BROKEN -> client.raw(ClientFrames.frame(true, 7, 1)).expectClose(1002, "PROTOCOL_ERROR");
    }
    return client;
  }

  private double read;
  private int unchanged;

  /** Whether nothing has been read for a while. */
  private boolean isAtAStandstill() {
    double before = read;
    read = gateway.counted("drawbridge.bytes.in");
    unchanged = read > 0 && read == before ? unchanged + 1 : 0;
    return unchanged > 15;
  }

  private static void end(WsConversation client, By by) {
    switch (by) {
      case CLOSE_FRAME -> client.sendClose(1000);
      case END_OF_TCP -> client.halfClose();
      case RESET -> client.reset();
      case SILENCE -> {}
    }
  }
}
