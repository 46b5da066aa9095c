package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Plain values: text, numbers, words, paths. Each throws {@link BadValue} for any other. */
final class Values {

  static final Section.Parser<Integer> PORT = number(0, 65_535);
  static final Section.Parser<Integer> INSTANCES = number(0, 1024);

  private static final int SHOWN_CHARS = 40;

  /** Of AES-256. */
  private static final int KEY_BYTES = 32;

  private Values() {}

  static String text(JsonNode node) {
    if (!node.isTextual()) {
      throw new BadValue("expected text, got " + shown(node) + quotesHint(node));
    }
    return node.textValue();
  }

  static String nonEmptyText(JsonNode node) {
    String text = text(node);
    if (text.isBlank()) {
      throw new BadValue("must not be empty");
    }
    return text;
  }

  /** A host name or an address. Whether it exists is for the socket to find out. */
  static String host(JsonNode node) {
    String host = nonEmptyText(node);
    if (!host.matches("[^\\s/@]+")) {
      throw new BadValue("expected a host name or an address, got " + shown(node));
    }
    return host;
  }

  /** Never tells the value, not even a wrong one. */
  static Secret secret(JsonNode node) {
    if (!node.isTextual()) {
      throw new BadValue("expected text" + quotesHint(node));
    }
    if (node.textValue().isBlank()) {
      throw new BadValue("must not be empty; leave the key out to go without");
    }
    return new Secret(node.textValue());
  }

  /** A secret that keys are made from: as many bytes as a key of AES-256 has. */
  static Secret keySecret(JsonNode node) {
    Secret secret = secret(node);
    if (secret.bytes().length < KEY_BYTES) {
      throw new BadValue("shorter than " + KEY_BYTES + " bytes, so it can be guessed");
    }
    return secret;
  }

  static boolean flag(JsonNode node) {
    if (!node.isBoolean()) {
      throw new BadValue("expected true or false, got " + shown(node));
    }
    return node.booleanValue();
  }

  static Section.Parser<Integer> number(int least, int most) {
    return node -> {
      if (!node.isIntegralNumber() || !node.canConvertToInt()) {
        throw new BadValue(expectedNumber(least, most) + ", got " + shown(node));
      }
      int value = node.intValue();
      if (value < least || value > most) {
        throw new BadValue(expectedNumber(least, most) + ", got " + value);
      }
      return value;
    };
  }

  /** The constants of an enum, in the words that the YAML file uses. */
  static <E extends Enum<E>> Section.Parser<E> word(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    List<String> words = constants.stream().map(Values::wordOf).toList();
    return node -> constants.get(words.indexOf(oneOf(words, node)));
  }

  static String oneOf(List<String> words, JsonNode node) {
    if (!node.isTextual() || !words.contains(node.textValue())) {
      throw new BadValue("expected " + String.join(" | ", words) + ", got " + shown(node));
    }
    return node.textValue();
  }

  static Path path(JsonNode node) {
    try {
      return Path.of(nonEmptyText(node));
    } catch (InvalidPathException invalid) {
      throw new BadValue("expected a path, got " + shown(node));
    }
  }

  static String regex(JsonNode node) {
    return pattern(nonEmptyText(node)).pattern();
  }

  /**
   * A regular expression that takes linear time whatever it is matched with: RE2's. What that can't
   * do is refused.
   */
  static com.google.re2j.Pattern pattern(String regex) {
    try {
      return com.google.re2j.Pattern.compile(regex);
    } catch (com.google.re2j.PatternSyntaxException invalid) {
      throw new BadValue(
          "expected a regular expression in RE2's syntax, without lookaround and backreferences: "
              + invalid.getDescription()
              + " "
              + invalid.getPattern(),
          invalid);
    }
  }

  static JsonNode list(JsonNode node) {
    if (!node.isArray()) {
      throw new BadValue("expected a list, such as [a, b], got " + shown(node));
    }
    return node;
  }

  /** The operator's value in a message: short, and text in quotes. */
  static String shown(JsonNode node) {
    String all = node.toString();
    return all.length() <= SHOWN_CHARS ? all : all.substring(0, SHOWN_CHARS) + "…";
  }

  /** {@code REPLACE_OLDEST} is written {@code replaceOldest}. */
  static String wordOf(Enum<?> constant) {
    return Pattern.compile("_(.)")
        .matcher(constant.name().toLowerCase(Locale.ROOT))
        .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
  }

  private static String expectedNumber(int least, int most) {
    return "expected a whole number from " + least + " to " + most;
  }

  private static String quotesHint(JsonNode node) {
    return node.isValueNode() ? "; put it in quotes" : "";
  }
}
