package io.drawbridge.echo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.edge.WsConversation;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.ServerFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;

/**
 * Talks the {@code >} and {@code <} lines of a case on an open connection. Lines that follow each
 * other are sent together. A {@code close} or {@code fail} must be followed by the end of the
 * stream; any other script is ended by a closing handshake, which shows that nothing else came.
 */
final class Script {
  /** Under every deadline of the server's own, so that none of those can be the answer. */
  private static final Duration WITHIN = Duration.ofSeconds(4);

  private static final String END_OF_TCP = "> end";

  private final WsConversation server;
  private final ConformanceCase each;
  private final Split split;
  private final long seed;
  private final Compression compression;
  private final FrameLines frames;
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
  private long sentAt = System.nanoTime();
  private boolean ended;

  Script(WsConversation server, ConformanceCase each, Split split, long seed) {
    this(server, each, split, seed, new Compression(""));
  }

  /**
   * @param compression what was agreed on
   */
  Script(
      WsConversation server,
      ConformanceCase each,
      Split split,
      long seed,
      Compression compression) {
    this.compression = compression;
    this.frames = new FrameLines(compression);
    this.server = server;
    this.each = each;
    this.split = split;
    this.seed = seed;
  }

  void run() {
    run(each.script());
  }

  /** Some of the case's lines, as often as it says. */
  void run(List<String> lines) {
    for (int i = 0; i < each.times(); i++) {
      lines.forEach(this::line);
    }
    end();
  }

  private void line(String line) {
    switch (line.charAt(0)) {
      case '>' -> {
        if (line.equals(END_OF_TCP)) {
          send();
          server.halfClose();
        } else {
          unsent.writeBytes(frames.bytes(line.substring(1)));
        }
      }
      case '<' -> {
        send();
        expect(new Notation(line.substring(1)));
        assertThat(Duration.ofNanos(System.nanoTime() - sentAt)).isLessThan(WITHIN);
      }
      default -> throw new IllegalArgumentException("no such line: " + line);
    }
  }

  private void end() {
    send();
    if (!ended) {
      server.bye();
    }
  }

  private void send() {
    if (unsent.size() > 0) {
      split.send(server, unsent.toByteArray(), each, seed);
      unsent.reset();
      sentAt = System.nanoTime();
    }
  }

  private void expect(Notation words) {
    // What a table says of the way there is no matter of the way back.
    words.option("fragments");
    switch (words.word()) {
      case "text" -> frame(Opcode.TEXT, words.payload());
      case "binary" -> frame(Opcode.BINARY, words.payload());
      case "pong" -> frame(Opcode.PONG, words.payload());
      case "close" -> {
        frame(Opcode.CLOSE, FrameLines.closePayload(words));
        streamEnds();
      }
      case "fail" -> {
        int code = Integer.parseInt(words.word());
        server.expectClose(code, kind(code));
        streamEnds();
      }
      case "end" -> streamEnds();
      default -> throw new IllegalArgumentException("nothing to expect");
    }
  }

  private void frame(int opcode, byte[] payload) {
    ServerFrame frame = server.next();
    assertThat(frame.opcode()).as("opcode").isEqualTo(opcode);
    assertThat(server.wasCompressed() ? compression.inflated(frame.payload()) : frame.payload())
        .isEqualTo(payload);
  }

  private void streamEnds() {
    server.expectEof();
    ended = true;
  }

  /** The name that stands in the reason of a Close frame of the server's own. */
  private static String kind(int code) {
    return switch (code) {
      case CloseCode.PROTOCOL_ERROR -> "PROTOCOL_ERROR";
      case CloseCode.INVALID_PAYLOAD -> "INVALID_UTF8";
      case CloseCode.MESSAGE_TOO_BIG -> "MESSAGE_TOO_BIG";
      default -> throw new IllegalArgumentException("no violation: " + code);
    };
  }
}
