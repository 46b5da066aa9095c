package io.drawbridge.echo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.wire.Deflated;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The client's side of what was agreed on: each direction with its context, or without. */
final class Compression {
  private static final int LARGEST_WINDOW = 15;
  private static final Pattern SERVER_WINDOW = Pattern.compile("server_max_window_bits=(\\d+)");

  private final Deflated kept = new Deflated();
  private final boolean clientTakeover;
  private final boolean serverTakeover;
  private final int serverWindow;

  /**
   * @param agreed the server's {@code Sec-WebSocket-Extensions}
   */
  Compression(String agreed) {
    clientTakeover = !agreed.contains("client_no_context_takeover");
    Matcher bits = SERVER_WINDOW.matcher(agreed);
    serverWindow = 1 << (bits.find() ? Integer.parseInt(bits.group(1)) : LARGEST_WINDOW);
    serverTakeover =
        !agreed.contains("server_no_context_takeover") && serverWindow == 1 << LARGEST_WINDOW;
  }

  byte[] deflated(byte[] message) {
    return clientTakeover ? kept.next(message) : Deflated.of(message);
  }

  /**
   * Java's zlib reads any window, and can't tell whether the server keeps to a smaller one. What is
   * no longer than the window, and is read without those before it, keeps to it.
   */
  byte[] inflated(byte[] payload) {
    byte[] message = serverTakeover ? kept.read(payload) : Deflated.inflated(payload);
    if (serverWindow < 1 << LARGEST_WINDOW) {
      assertThat(message).hasSizeLessThanOrEqualTo(serverWindow);
    }
    return message;
  }
}
