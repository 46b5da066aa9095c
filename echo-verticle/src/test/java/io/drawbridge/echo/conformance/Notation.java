package io.drawbridge.echo.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a line: {@code name}, {@code name=value}, and payloads, which are texts in quotes
 * and bytes as {@code x'00 ff'}, one behind the other, each perhaps repeated {@code to} a size.
 */
final class Notation {
  private static final Pattern WORD =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|x'[0-9a-fA-F ]*'|\\S+");

  private final List<String> words = new ArrayList<>();

  Notation(String line) {
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(matcher.group());
    }
  }

  /** The next word, taken away; empty when there is none. */
  String word() {
    return words.isEmpty() || isPayload(words.get(0)) ? "" : words.remove(0);
  }

  /** The value of an option, taken away; empty where it doesn't stand there. */
  String option(String name) {
    for (String word : words) {
      if (word.startsWith(name + "=")) {
        words.remove(word);
        return word.substring(name.length() + 1);
      }
    }
    return "";
  }

  /** All bytes that are left; anything else that is left is a mistake in the file. */
  byte[] payload() {
    var all = new ByteArrayOutputStream();
    while (!words.isEmpty()) {
      byte[] part = bytes(words.remove(0));
      if (!words.isEmpty() && words.get(0).equals("to")) {
        words.remove(0);
        part = repeated(part, (int) size(words.remove(0)));
      }
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] bytes(String word) {
    if (!isPayload(word)) {
      throw new IllegalArgumentException("neither \"text\" nor x'hex': " + word);
    }
    if (word.startsWith("x'")) {
      return HexFormat.of().parseHex(word.substring(2, word.length() - 1).replace(" ", ""));
    }
    String text = word.substring(1, word.length() - 1);
    return text.translateEscapes().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isPayload(String word) {
    return word.startsWith("\"") || word.startsWith("x'");
  }

  private static byte[] repeated(byte[] part, int size) {
    byte[] all = new byte[size];
    for (int i = 0; i < size; i++) {
      all[i] = part[i % part.length];
    }
    return all;
  }

  /** {@code 125}, {@code 64KiB}, {@code 16MiB}. */
  static long size(String text) {
    String unit = text.replaceAll("[0-9]", "").toLowerCase(Locale.ROOT);
    long number = Long.parseLong(text.replaceAll("[^0-9]", ""));
    return switch (unit) {
      case "" -> number;
      case "kib" -> number << 10;
      case "mib" -> number << 20;
      default -> throw new IllegalArgumentException("no size: " + text);
    };
  }
}
