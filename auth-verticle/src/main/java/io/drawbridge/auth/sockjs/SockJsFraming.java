package io.drawbridge.auth.sockjs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.drawbridge.connection.Framing;
import io.drawbridge.guard.ErrorKind;
import java.io.IOException;

/**
 * The frames of the SockJS protocol, version 0.3.3, inside of WebSocket text messages. From the
 * server: {@code o} opens, {@code a["…"]} carries a message, {@code h} shows that the server is
 * there, {@code c[code,"reason"]} closes. From the client: {@code ["…"]} carries a message, and so
 * does {@code "…"}.
 */
public final class SockJsFraming implements Framing {
  public static final SockJsFraming INSTANCE = new SockJsFraming();

  private static final int AROUND = 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Nothing is longer than the message that it came in, which has its own limit.
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private SockJsFraming() {}

  // --- from the server --------------------------------------------------------------------------

  @Override
  public String opening() {
    return "o";
  }

  @Override
  public String heartbeat() {
    return "h";
  }

  @Override
  public String message(String text) {
    StringBuilder frame = new StringBuilder(text.length() + text.length() / 4 + AROUND);
    return quoted(frame.append("a["), text).append(']').toString();
  }

  @Override
  public String closing(int code, String reason) {
    StringBuilder frame = new StringBuilder(reason.length() + AROUND);
    return quoted(frame.append("c[").append(code).append(','), reason).append(']').toString();
  }

  private static StringBuilder quoted(StringBuilder frame, String text) {
    frame.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, frame);
    return frame.append('"');
  }

  // --- from the client --------------------------------------------------------------------------

  /** What a client's frame holds. */
  public sealed interface Received {

    /** One message. */
    record Message(String text) implements Received {}

    /** No message, which is allowed. */
    record Nothing() implements Received {}

    /** It is no frame that is taken here: the connection ends. */
    record Fault(ErrorKind kind, String why) implements Received {}
  }

  private static final Received NOTHING = new Received.Nothing();

  /**
   * Reads a client's frame. More than one message in it is a fault, although the protocol knows it:
   * no client does so, limits count frames, and each message has to wait for the one before.
   */
  public static Received received(String frame) {
    if (frame.isEmpty()) {
      return NOTHING;
    }
    try (JsonParser parser = JSON.createParser(frame)) {
      JsonToken first = parser.nextToken();
      boolean inArray = first == JsonToken.START_ARRAY;
      if (inArray) {
        first = parser.nextToken();
      }
      if (inArray && first == JsonToken.END_ARRAY) {
        return parser.nextToken() == null ? NOTHING : fault();
      }
      if (first != JsonToken.VALUE_STRING) {
        return fault();
      }
      String text = parser.getText();
      JsonToken next = inArray ? parser.nextToken() : JsonToken.END_ARRAY;
      if (next == JsonToken.VALUE_STRING) {
        return new Received.Fault(ErrorKind.PROTOCOL_ERROR, "two messages in a frame of SockJS");
      }
      return next == JsonToken.END_ARRAY && parser.nextToken() == null ? checked(text) : fault();
    } catch (IOException e) {
      return fault();
    }
  }

  /** What no UTF-8 can hold gets in by no way. */
  private static Received checked(String text) {
    return isUnicode(text)
        ? new Received.Message(text)
        : new Received.Fault(ErrorKind.INVALID_UTF8, "half a surrogate pair in a frame of SockJS");
  }

  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isSurrogate(unit)) {
        if (i + 1 == text.length() || !Character.isSurrogatePair(unit, text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static Received fault() {
    return new Received.Fault(ErrorKind.PROTOCOL_ERROR, "not a frame of SockJS");
  }
}
