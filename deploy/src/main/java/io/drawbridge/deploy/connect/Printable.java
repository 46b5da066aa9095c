package io.drawbridge.deploy.connect;

import java.util.HexFormat;

/**
 * What arrived, made fit for a terminal: a control character or one that only changes how others
 * look (a terminal may obey those) is written as {@code \}{@code n} or {@code \}{@code u001b}.
 */
final class Printable {
  /** The most characters that are shown of one message. */
  static final int LONGEST = 8 * 1024;

  private Printable() {}

  /** All of it, on one line. */
  static String whole(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(line, c));
    return line.toString();
  }

  /** As much of it as a human reads, on one line. */
  static String shown(String text) {
    return text.length() <= LONGEST
        ? whole(text)
        : "%s… (%d characters)".formatted(whole(text.substring(0, LONGEST)), text.length());
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static void append(StringBuilder line, int c) {
    if (c == '\n') {
      line.append("\\n");
    } else if (isPlain(c)) {
      line.appendCodePoint(c);
    } else {
      for (char unit : Character.toChars(c)) {
        line.append("\\u%04x".formatted((int) unit));
      }
    }
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
