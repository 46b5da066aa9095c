package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations, sizes, counts and rates, as they are written in the settings. Each throws {@link
 * BadValue} for anything else, with the right form and an example.
 */
public final class Quantities {

  /** The word that takes a limit away. */
  static final String UNLIMITED = "unlimited";

  /** No longer duration is taken, so that none overflows a timer that counts nanoseconds. */
  static final Duration LONGEST = Duration.ofDays(36_500);

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,18}) ?([A-Za-z]*)");

  private static final Map<String, Duration> TIME_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final Map<String, Long> SIZE_UNITS =
      Map.of(
          "", 1L,
          "b", 1L,
          "kb", 1_000L,
          "mb", 1_000_000L,
          "gb", 1_000_000_000L,
          "kib", 1L << 10,
          "mib", 1L << 20,
          "gib", 1L << 30);

  private static final String DURATION_FORM = "a duration such as 500ms, 30s, 5m, 24h or 7d";
  private static final String SIZE_FORM = "a size such as 64KiB, 1MiB, 1GiB or 65536";

  private Quantities() {}

  static Duration duration(JsonNode node) {
    if (!node.isTextual()) {
      throw new BadValue(expected(DURATION_FORM, node) + unitHint(node));
    }
    return parseDuration(node.textValue());
  }

  static Duration positiveDuration(JsonNode node) {
    Duration duration = duration(node);
    if (duration.isZero()) {
      throw new BadValue("must be more than zero");
    }
    return duration;
  }

  static Duration limitDuration(JsonNode node) {
    return isUnlimited(node) ? LONGEST : positiveDuration(node);
  }

  /** A size in bytes: 1 or more. */
  static long size(JsonNode node) {
    return isUnlimited(node)
        ? LimitSettings.UNLIMITED
        : atLeastOne(parseSize(scalar(SIZE_FORM, node)));
  }

  /** A size that one buffer can hold. */
  static long messageSize(JsonNode node) {
    if (isUnlimited(node)) {
      return LimitSettings.LARGEST_MESSAGE;
    }
    long size = size(node);
    if (size > LimitSettings.LARGEST_MESSAGE) {
      throw new BadValue("at most " + LimitSettings.LARGEST_MESSAGE + " bytes, got " + size);
    }
    return size;
  }

  /** How many: 1 or more. */
  static long count(JsonNode node) {
    return isUnlimited(node) ? LimitSettings.UNLIMITED : wholeNumber(node, LimitSettings.UNLIMITED);
  }

  /** How many, where an int must hold it; unlimited is the largest int. */
  static int smallCount(JsonNode node) {
    return isUnlimited(node) ? Integer.MAX_VALUE : (int) wholeNumber(node, Integer.MAX_VALUE);
  }

  /** A rate of things that are counted. */
  static Rate rate(JsonNode node) {
    String form = "100/s, 60/m or unlimited";
    return parseRate(scalar("a rate such as " + form, node), Quantities::digits, form);
  }

  /** A rate of bytes. */
  static Rate byteRate(JsonNode node) {
    String form = "1MiB/s, 65536/s or unlimited";
    return parseRate(scalar("a rate such as " + form, node), Quantities::parseSize, form);
  }

  static Rate parseRate(String text, ToLongFunction<String> amount, String form) {
    if (text.equals(UNLIMITED)) {
      return Rate.UNLIMITED;
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new BadValue("expected a rate such as " + form + ", got " + quoted(text));
    }
    String per = text.substring(slash + 1);
    try {
      Duration time = parseDuration(TIME_UNITS.containsKey(per) ? "1" + per : per);
      return new Rate(amount.applyAsLong(text.substring(0, slash)), time);
    } catch (IllegalArgumentException bad) {
      throw new BadValue("expected a rate such as " + form + ", got " + quoted(text));
    }
  }

  static long parseSize(String text) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text);
    Long unit = parts.matches() ? SIZE_UNITS.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new BadValue("expected " + SIZE_FORM + ", got " + quoted(text));
    }
    try {
      return Math.multiplyExact(Long.parseLong(parts.group(1)), unit);
    } catch (ArithmeticException overflow) {
      throw new BadValue("too large: " + quoted(text) + "; write unlimited for no limit");
    }
  }

  /**
   * Reads a duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 24h} or {@code 7d}.
   *
   * @throws IllegalArgumentException saying the right form
   */
  public static Duration parseDuration(String text) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text);
    Duration unit = parts.matches() ? TIME_UNITS.get(parts.group(2)) : null;
    if (unit == null) {
      throw new BadValue("expected " + DURATION_FORM + ", got " + quoted(text));
    }
    long many = Long.parseLong(parts.group(1));
    if (many > LONGEST.dividedBy(unit)) {
      throw new BadValue("too long: " + quoted(text) + "; at most " + written(LONGEST));
    }
    return unit.multipliedBy(many);
  }

  /** In the largest unit that leaves no rest; whole milliseconds are assumed. */
  static String written(Duration duration) {
    long millis = duration.toMillis();
    return millis == 0 ? "0s" : written(millis, "d", "h", "m", "s");
  }

  private static String written(long millis, String... largestFirst) {
    for (String unit : largestFirst) {
      long one = parseDuration("1" + unit).toMillis();
      if (millis % one == 0) {
        return millis / one + unit;
      }
    }
    return millis + "ms";
  }

  private static long wholeNumber(JsonNode node, long most) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new BadValue(expected("a whole number or unlimited", node));
    }
    long number = atLeastOne(node.longValue());
    if (number > most) {
      throw new BadValue("at most " + most + "; write unlimited for no limit");
    }
    return number;
  }

  private static long digits(String text) {
    if (!text.matches("\\d{1,18}")) {
      throw new BadValue("expected a whole number, got " + quoted(text));
    }
    return Long.parseLong(text);
  }

  private static long atLeastOne(long number) {
    if (number < 1) {
      throw new BadValue("must be 1 or more, got " + number);
    }
    return number;
  }

  private static boolean isUnlimited(JsonNode node) {
    return node.isTextual() && node.textValue().equals(UNLIMITED);
  }

  /** Text, or the digits of a number. */
  private static String scalar(String form, JsonNode node) {
    if (!node.isTextual() && !node.isIntegralNumber()) {
      throw new BadValue(expected(form, node));
    }
    return node.asText();
  }

  private static String expected(String form, JsonNode node) {
    return "expected " + form + ", got " + Values.shown(node);
  }

  private static String quoted(String text) {
    return Values.shown(TextNode.valueOf(text));
  }

  private static String unitHint(JsonNode node) {
    return node.isIntegralNumber() ? "; a unit is missing" : "";
  }
}
