package io.drawbridge.echo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the conformance suite covers")
final class CoverageTest {
  /** All that Autobahn has. */
  private static final String AUTOBAHN =
      """
      1.1.1-8 1.2.1-8 2.1-11 3.1-7 4.1.1-5 4.2.1-5 5.1-20 6.1.1-3 6.2.1-4 6.3.1-2 6.4.1-4
      6.5.1-5 6.6.1-11 6.7.1-4 6.8.1-2 6.9.1-4 6.10.1-3 6.11.1-5 6.12.1-8 6.13.1-5 6.14.1-10
      6.15.1 6.16.1-3 6.17.1-5 6.18.1-5 6.19.1-5 6.20.1-7 6.21.1-8 6.22.1-34 6.23.1-7
      7.1.1-6 7.3.1-6 7.5.1 7.7.1-13 7.9.1-9 7.13.1-2
      9.1.1-6 9.2.1-6 9.3.1-9 9.4.1-9 9.5.1-6 9.6.1-6 9.7.1-6 9.8.1-6 10.1.1
      12.1.1-18 12.2.1-18 12.3.1-18 12.4.1-18 12.5.1-18
      13.1.1-18 13.2.1-18 13.3.1-18 13.4.1-18 13.5.1-18 13.6.1-18 13.7.1-18\
      """;

  /** A row of the table in {@code docs/conformance.md}: section, what it asks for, cases. */
  private static final Pattern ROW = Pattern.compile("\\| (\\d*§[\\d.]+) \\| .* \\| (\\d+) \\|");

  private static List<ConformanceCase> cases() {
    return Stream.of("framing.txt", "handshake.txt", "deflate.txt", "deflate-defaults.txt")
        .flatMap(f -> CaseFile.read(f).stream())
        .toList();
  }

  @Test
  void standsForEveryAutobahnCase() {
    List<String> all = CaseFile.numbers(AUTOBAHN.replace('\n', ' '));

    assertThat(all).hasSize(517).doesNotHaveDuplicates();
    assertThat(cases().stream().flatMap(each -> each.autobahn().stream()))
        .containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void noTwoCasesHaveTheSameName() {
    assertThat(cases().stream().map(ConformanceCase::name)).doesNotHaveDuplicates();
  }

  @Test
  void everyCaseNamesTheSectionThatItHolds() {
    assertThat(cases())
        .allSatisfy(
            each -> assertThat(each.sections()).isNotEmpty().allMatch(s -> s.contains("§")));
  }

  @Test
  void theDocCountsTheCasesOfEachSection() throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (ConformanceCase each : cases()) {
      Set<String> once = new HashSet<>(each.sections());
      once.forEach(section -> counts.merge(section, 1, Integer::sum));
    }

    Map<String, Integer> told =
        Files.readString(Path.of("../docs/conformance.md"))
            .lines()
            .map(ROW::matcher)
            .filter(Matcher::matches)
            .collect(Collectors.toMap(row -> row.group(1), row -> Integer.valueOf(row.group(2))));
    assertThat(told).containsExactlyInAnyOrderEntriesOf(counts);
  }
}
