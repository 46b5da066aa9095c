package io.drawbridge.echo.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads a file of cases; how one is written stands in {@code docs/conformance.md}. A case that ends
 * with {@code with} lines is a table: each of them makes a case, with its value in the place of
 * {@code $}.
 */
final class CaseFile {
  private static final String TITLE = "== ";
  private static final String NO_NUMBER = "-";

  private final List<ConformanceCase> cases = new ArrayList<>();

  // The case at hand.
  private String name = "";
  private List<String> sections = List.of();
  private List<String> autobahn = List.of();
  private int times = 1;
  private String pieces = "0";
  private String pending = "";
  private List<String> script = new ArrayList<>();
  private List<String> values = new ArrayList<>();

  private CaseFile() {}

  /** The cases of {@code conformance/<file>} on the class path. */
  static List<ConformanceCase> read(String file) {
    CaseFile reader = new CaseFile();
    lines(file).forEach(reader::line);
    reader.end();
    return reader.cases;
  }

  private static List<String> lines(String file) {
    InputStream in = CaseFile.class.getResourceAsStream("/conformance/" + file);
    try (BufferedReader text =
        new BufferedReader(
            new InputStreamReader(Objects.requireNonNull(in, file), StandardCharsets.UTF_8))) {
      return text.lines().map(String::strip).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void line(String line) {
    if (line.startsWith(TITLE)) {
      end();
      name = line.substring(TITLE.length());
    } else if (!line.isEmpty() && !line.startsWith("#")) {
      String[] words = line.split(" ", 2);
      String rest = words.length == 1 ? "" : words[1].strip();
      switch (words[0]) {
        case "rfc" -> sections = List.of(rest.split(" "));
        case "autobahn" -> autobahn = numbers(rest);
        case "times" -> times = Integer.parseInt(rest);
        case "pieces" -> pieces = rest;
        case "pending" -> pending = rest;
        case "with" -> values.add(rest);
        default -> script.add(line);
      }
    }
  }

  private void end() {
    if (values.isEmpty() && !name.isEmpty()) {
      add(name, autobahn, "$");
    }
    for (String value : values) {
      String[] words = value.split(" ", 2);
      boolean isNumbered = !words[0].equals(NO_NUMBER);
      String title = name + ": " + words[1].strip() + (isNumbered ? " (" + words[0] + ")" : "");
      add(title, isNumbered ? numbers(words[0]) : List.of(), words[1].strip());
    }
    sections = List.of();
    autobahn = List.of();
    times = 1;
    pieces = "0";
    pending = "";
    script = new ArrayList<>();
    values = new ArrayList<>();
  }

  private void add(String title, List<String> numbers, String value) {
    List<String> lines = script.stream().map(line -> line.replace("$", value)).toList();
    int size = Integer.parseInt(pieces.replace("$", value));
    cases.add(new ConformanceCase(title, sections, numbers, times, size, pending, lines));
  }

  /** {@code 1.2.1-3} is 1.2.1, 1.2.2 and 1.2.3. */
  static List<String> numbers(String text) {
    return Arrays.stream(text.split(" ")).flatMap(CaseFile::range).toList();
  }

  private static Stream<String> range(String number) {
    int dash = number.indexOf('-');
    if (dash < 0) {
      return Stream.of(number);
    }
    int last = number.lastIndexOf('.', dash) + 1;
    int from = Integer.parseInt(number.substring(last, dash));
    int to = Integer.parseInt(number.substring(dash + 1));
    return IntStream.rangeClosed(from, to).mapToObj(n -> number.substring(0, last) + n);
  }
}
