package io.drawbridge.echo.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a line: {@code name}, {@code name=value}, and payloads, which are texts in quotes
 * and bytes as {@code x'00 ff'}, one behind the other, or {@code noise} or {@code words}, each
 * perhaps repeated {@code to} a size.
 */
final class Notation {
  private static final Pattern WORD =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|x'[0-9a-fA-F ]*'|\\S+");

  /** What can't be compressed. */
  private static final byte[] NOISE = new byte[1 << 17];

  /** What compresses as text does. */
  private static final byte[] WORDS = new byte[1 << 17];

  static {
    Random random = new Random(7692);
    random.nextBytes(NOISE);
    String letters = "eeeeettttaaaooiinnsshhrrddlluucmwfgyp        ";
    for (int i = 0; i < WORDS.length; i++) {
      // Each word of a hundred or so comes again and again.
      WORDS[i] =
          (byte)
              (i > 600 && i % 6 != 0
                  ? WORDS[i - 600 + random.nextInt(2)]
                  : letters.charAt(random.nextInt(letters.length())));
    }
  }

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

  /** Whether this word stands there; taken away. */
  boolean flag(String name) {
    return words.remove(name);
  }

  /** All bytes that are left; anything else that is left is a mistake in the file. */
  byte[] payload() {
    var all = new ByteArrayOutputStream();
    while (!words.isEmpty()) {
      String word = words.remove(0);
      byte[] part = word.equals("noise") ? NOISE : word.equals("words") ? WORDS : bytes(word);
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
