package io.drawbridge.echo.conformance;

import io.drawbridge.edge.HandshakeText;
import io.drawbridge.wire.ClientFrames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The script of a handshake case, read: what to send, which is a valid handshake with its changes
 * or {@code raw} bytes, and what must come back.
 */
final class HandshakeLines {
  private static final String ACCEPT = " accept=";
  private static final String EXTENSIONS = "101 permessage-deflate";
  private static final String HEADER = "< header ";

  private final HandshakeText handshake = HandshakeText.valid();
  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private boolean isRaw;
  private final ByteArrayOutputStream behind = new ByteArrayOutputStream();
  private final FrameLines frames = new FrameLines(new Compression(""));
  private String extensions = "";
  private final List<String> answerHeaders = new ArrayList<>();
  private final List<String> talk = new ArrayList<>();
  private String expected = "";
  private String accept = "";

  HandshakeLines(List<String> script) {
    script.forEach(this::line);
  }

  /** The handshake, and what is glued to it. */
  byte[] request() {
    return ClientFrames.join(isRaw ? raw.toByteArray() : handshake.bytes(), behind.toByteArray());
  }

  /** {@code 101}, another status, perhaps with {@code no body}, or {@code cut}. */
  String expected() {
    return expected;
  }

  /** The Sec-WebSocket-Accept of a 101; empty for that of the RFC's own example. */
  String accept() {
    return accept;
  }

  /** The Sec-WebSocket-Extensions of a 101; empty for none. */
  String extensions() {
    return extensions;
  }

  /** Header lines that another answer must have. */
  List<String> answerHeaders() {
    return answerHeaders;
  }

  /** What is said after a 101. */
  List<String> talk() {
    return talk;
  }

  private void line(String line) {
    if (expected.isEmpty()) {
      before(line.split(" ", 2)[0], line.contains(" ") ? line.split(" ", 2)[1] : "");
    } else if (line.startsWith(HEADER)) {
      answerHeaders.add(text(line.substring(HEADER.length())));
    } else {
      talk.add(line);
    }
  }

  private void before(String word, String rest) {
    switch (word) {
      case "offer" -> handshake.plus("Sec-WebSocket-Extensions", rest);
      case "method" -> handshake.method(text(rest));
      case "target" -> handshake.target(text(rest));
      case "version" -> handshake.version(text(rest));
      case "without" -> handshake.without(rest);
      case "header" -> handshake.plusLine(text(rest));
      case "raw" -> {
        isRaw = true;
        raw.writeBytes(new Notation(rest).payload());
      }
      case "body" -> behind.writeBytes(new Notation(rest).payload());
      case ">" -> behind.writeBytes(frames.bytes(rest));
      case "<" -> answer(rest);
      default -> throw new IllegalArgumentException("no such line: " + word + ' ' + rest);
    }
  }

  private void answer(String words) {
    if (words.startsWith(EXTENSIONS)) {
      expected = "101";
      extensions = words.substring("101 ".length());
      return;
    }
    int at = words.indexOf(ACCEPT);
    expected = at < 0 ? words : words.substring(0, at);
    accept = at < 0 ? accept : words.substring(at + ACCEPT.length());
  }

  private static String text(String notation) {
    return new String(new Notation(notation).payload(), StandardCharsets.ISO_8859_1);
  }
}
