package io.drawbridge.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An extension that a client offers in its handshake (RFC 6455 §9.1).
 *
 * @param name as it stood there
 * @param parameters in their order
 */
public record ExtensionOffer(String name, List<Parameter> parameters) {

  /**
   * One parameter of it.
   *
   * @param value without its quotation marks; null where there was none
   */
  public record Parameter(String name, @Nullable String value) {}

  private static final String BLANK = "[ \\t]*+";
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
  private static final Pattern WHOLE_TOKEN = Pattern.compile(TOKEN);
  private static final Pattern NAME = Pattern.compile(BLANK + "(" + TOKEN + ")" + BLANK);
  private static final Pattern PARAMETER =
      Pattern.compile(NAME + "(?:=" + BLANK + "(?:(" + TOKEN + ")|\"([^\"]*+)\")" + BLANK + ")?");

  public ExtensionOffer {
    parameters = List.copyOf(parameters);
  }

  /**
   * All that the lines of {@code Sec-WebSocket-Extensions} offer, the preferred one first; empty
   * when they break the header's grammar, for which a handshake fails.
   */
  public static Optional<List<ExtensionOffer>> parse(List<String> lines) {
    List<ExtensionOffer> offers = new ArrayList<>();
    for (String line : lines) {
      // A value in quotation marks is a token all the same: no comma or semicolon hides in one.
      for (String element : line.split(",", -1)) {
        ExtensionOffer offer = offer(element);
        if (offer != null) {
          offers.add(offer);
        } else if (!element.isBlank()) {
          return Optional.empty();
        }
      }
    }
    return offers.isEmpty() && !lines.isEmpty() ? Optional.empty() : Optional.of(offers);
  }

  private static @Nullable ExtensionOffer offer(String element) {
    String[] parts = element.split(";", -1);
    Matcher name = NAME.matcher(parts[0]);
    if (!name.matches()) {
      return null;
    }
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      Parameter parameter = parameter(parts[i]);
      if (parameter == null) {
        return null;
      }
      parameters.add(parameter);
    }
    return new ExtensionOffer(name.group(1), parameters);
  }

  private static @Nullable Parameter parameter(String part) {
    Matcher matcher = PARAMETER.matcher(part);
    if (!matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(3);
    if (quoted == null) {
      return new Parameter(matcher.group(1), matcher.group(2));
    }
    String value = quoted.replaceAll("\\\\(.)", "$1");
    return WHOLE_TOKEN.matcher(value).matches() ? new Parameter(matcher.group(1), value) : null;
  }
}
