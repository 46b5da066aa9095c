package io.drawbridge.config;

import com.google.re2j.Pattern;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.format.DateFormat;
import com.networknt.schema.format.DateTimeFormat;
import com.networknt.schema.format.Format;
import com.networknt.schema.format.IPv6Format;
import com.networknt.schema.format.IdnEmailFormat;
import com.networknt.schema.format.IdnHostnameFormat;
import com.networknt.schema.format.IriFormat;
import com.networknt.schema.format.IriReferenceFormat;
import com.networknt.schema.format.TimeFormat;
import com.networknt.schema.format.UriFormat;
import com.networknt.schema.format.UriReferenceFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The formats of draft 2020-12 (JSON Schema Validation §7.3), each with a bound to what a text of a
 * client may cost: those that the library judges by backtracking are judged here.
 */
final class BodyFormats {
  /** What has no length of its own in its RFC. Longer ones break their format. */
  private static final int LONGEST = 8_192;

  /** RFC 1035 §2.3.4, as text. */
  private static final int LONGEST_HOST = 253;

  private static final int LONGEST_EMAIL = 254;
  private static final int LONGEST_REGEX = 256;

  private static final Pattern COUNTED = Pattern.compile("\\{[0-9]+(,[0-9]*)?\\}");

  /** RFC 3339 appendix A: no unit is left out between two others. */
  private static final String DATE = "([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)";

  private static final String TIME = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";
  private static final String POINTER = "(/([^/~]|~[01])*)*";
  private static final String LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String VARIABLE = "([0-9A-Za-z_]|%[0-9A-Fa-f]{2})";
  private static final String VARIABLES =
      VARIABLE + "(\\.?" + VARIABLE + ")*(:[1-9][0-9]{0,3}|\\*)?";

  private BodyFormats() {}

  /** Judges a text; texts that are too long break it. */
  private record Bounded(String name, int longest, Predicate<String> form) implements Format {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getMessageKey() {
      return "format." + name;
    }

    @Override
    public boolean matches(ExecutionContext context, String text) {
      return text.length() <= longest && form.test(text);
    }
  }

  static List<Format> all() {
    Stream<Format> libraries =
        Stream.of(
            new DateFormat(),
            new DateTimeFormat(),
            new TimeFormat(),
            new IPv6Format(),
            new IriFormat(),
            new IriReferenceFormat(),
            new UriFormat(),
            new UriReferenceFormat());
    Stream<Format> ours =
        Stream.of(
            new Bounded("email", LONGEST, Email::isValid),
            new Bounded("regex", LONGEST_REGEX, BodyFormats::isRegexUncounted),
            whole("hostname", LONGEST_HOST, LABEL + "(\\." + LABEL + ")*"),
            whole("ipv4", LONGEST, BYTE + "(\\." + BYTE + "){3}"),
            whole("uuid", LONGEST, "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
            whole("duration", LONGEST, "P(" + DATE + "(" + TIME + ")?|" + TIME + "|[0-9]+W)"),
            whole("json-pointer", LONGEST, POINTER),
            whole("relative-json-pointer", LONGEST, "(0|[1-9][0-9]*)(#|" + POINTER + ")"),
            whole(
                "uri-template",
                LONGEST,
                "([^\\x00-\\x20\\x7f\"'%<>\\\\^`{|}]|%[0-9A-Fa-f]{2}|\\{[+#./;?&=,!@|]?"
                    + VARIABLES
                    + "(,"
                    + VARIABLES
                    + ")*\\})*"));
    return Stream.concat(
            libraries.map(format -> bounded(LONGEST, format)),
            Stream.concat(
                Stream.of(
                    bounded(LONGEST_EMAIL, new IdnEmailFormat()),
                    bounded(LONGEST_HOST, new IdnHostnameFormat())),
                ours))
        .toList();
  }

  private static Format whole(String name, int longest, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Bounded(name, longest, pattern::matches);
  }

  private static Format bounded(int longest, Format format) {
    return new Bounded(format.getName(), longest, text -> format.matches(null, text));
  }

  /** A regular expression in a schema itself: of the operator, and as long as it takes. */
  static Format ofSchemas() {
    return new Bounded("regex", Integer.MAX_VALUE, BodyFormats::isRegex);
  }

  /** A counted repetition would be written out as it is compiled, which takes up to seconds. */
  private static boolean isRegexUncounted(String text) {
    return isRegex(COUNTED.matcher(text).replaceAll("+"));
  }

  private static boolean isRegex(String text) {
    try {
      Values.pattern(text);
      return true;
    } catch (BadValue bad) {
      return false;
    }
  }
}
