package io.drawbridge.admission;

import io.drawbridge.guard.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Forwarded} (RFC 7239) and {@code X-Forwarded-For} from the right, which is where the
 * nearest proxy wrote. What stands left of that may be a client's invention: it is not looked at,
 * and nothing in it, such as a quote that is never closed, changes what stands right of it.
 */
final class ForwardedFor {
  /** No honest element is longer, and what reads it recurs for each escape. */
  private static final int LONGEST = 1024;

  /**
   * {@code name=value} or nothing at all, up to the next semicolon. A value without quotes may have
   * all but what separates.
   */
  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*(?:([\\w!#$%&'*+.^`|~-]+)=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\";,\\s]*)))?\\s*(?:;|$)");

  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  /** An address with or without a port, IPv6 in brackets where it has one (RFC 7239 §6). */
  private static final Pattern NODE =
      Pattern.compile("(?:\\[([^\\]]*)]|(\\d[\\d.]*))(?::(?:\\d{1,5}|_[\\w.-]+))?");

  private ForwardedFor() {}

  /** Splits at the commas outside of quotes, the last first; empty ones are left out. */
  static List<String> elements(List<String> lines) {
    List<String> elements = new ArrayList<>();
    for (int line = lines.size() - 1; line >= 0; line--) {
      split(lines.get(line), elements);
    }
    return elements;
  }

  private static void split(String line, List<String> elements) {
    int end = line.length();
    boolean quoted = false;
    for (int at = end - 1; at >= -1; at--) {
      if (at >= 0 && line.charAt(at) == '"' && !isEscaped(line, at)) {
        quoted = !quoted;
      } else if (at < 0 || (line.charAt(at) == ',' && !quoted)) {
        String element = line.substring(at + 1, end).trim();
        if (!element.isEmpty()) {
          elements.add(element);
        }
        end = at;
      }
    }
  }

  /** Whether an odd number of backslashes stands before it. */
  private static boolean isEscaped(String line, int quote) {
    int first = quote;
    while (first > 0 && line.charAt(first - 1) == '\\') {
      first--;
    }
    return (quote - first) % 2 == 1;
  }

  /**
   * The address in the {@code for} of an element of {@code Forwarded}; null where there is none, as
   * for {@code unknown} and {@code _hidden}, and where anything is malformed.
   */
  static @Nullable String forwarded(String element) {
    if (element.length() > LONGEST) {
      return null;
    }
    String node = null;
    Matcher pair = PAIR.matcher(element);
    for (int at = 0; at < element.length(); at = pair.end()) {
      if (!pair.region(at, element.length()).lookingAt()) {
        return null;
      }
      if ("for".equalsIgnoreCase(pair.group(1))) {
        if (node != null) {
          return null;
        }
        node = pair.group(2) == null ? pair.group(3) : unescaped(pair.group(2));
      }
    }
    return node == null ? null : node(node);
  }

  private static String unescaped(String quoted) {
    return ESCAPED.matcher(quoted).replaceAll("$1");
  }

  /** The address of an element of {@code X-Forwarded-For}; null where it is none. */
  static @Nullable String xForwardedFor(String element) {
    String bare = IpAddress.canonical(element);
    return bare == null ? node(element) : bare;
  }

  private static @Nullable String node(String text) {
    Matcher node = NODE.matcher(text);
    if (!node.matches()) {
      return null;
    }
    String v6 = node.group(1);
    if (v6 == null) {
      return IpAddress.canonical(node.group(2));
    }
    return v6.indexOf(':') < 0 ? null : IpAddress.canonical(v6);
  }
}
