package io.drawbridge.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server answered to a handshake, as it stood on the wire.
 *
 * @param statusLine the first line
 * @param headers the lines after it
 * @param body empty for a 101
 */
public record HttpAnswer(String statusLine, List<String> headers, String body) {
  /** How a person is told of an error: its kind, words, and the id of its line in the log. */
  private static final Pattern TOLD =
      Pattern.compile("([A-Z_0-9]+): [^\\[\\]]+ \\[ref ([0-9a-f-]{36})]\n");

  public HttpAnswer {
    headers = List.copyOf(headers);
  }

  static HttpAnswer of(String head, String body) {
    List<String> lines = Arrays.asList(head.split("\r\n", -1));
    return new HttpAnswer(lines.get(0), lines.subList(1, lines.size()), body);
  }

  public int status() {
    assertThat(statusLine).matches("HTTP/1\\.[01] \\d{3} .*");
    return Integer.parseInt(statusLine.substring(9, 12));
  }

  /** The value of a header that stands there once; empty where it doesn't. */
  public String header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    List<String> found =
        headers.stream().filter(h -> h.toLowerCase(Locale.ROOT).startsWith(start)).toList();
    assertThat(found).as(name).hasSizeLessThanOrEqualTo(1);
    return found.isEmpty() ? "" : found.get(0).substring(start.length()).trim();
  }

  /** The name of the error that the body tells. */
  public String kind() {
    return told(1);
  }

  /** The id that the body tells. */
  public String ref() {
    return told(2);
  }

  private String told(int group) {
    Matcher matcher = TOLD.matcher(body);
    assertThat(matcher.matches()).as("a body like KIND: words [ref id], was: %s", body).isTrue();
    return matcher.group(group);
  }
}
