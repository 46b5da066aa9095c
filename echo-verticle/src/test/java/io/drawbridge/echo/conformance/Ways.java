package io.drawbridge.echo.conformance;

import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Makes a test of each case in each of its splits. */
final class Ways {
  /** Told in each name and to be set here again, when a random split has found something. */
  private static final long SEED = Long.getLong("conformance.seed", new Random().nextInt(1 << 30));

  /** Runs one case in one way. */
  interface Run {
    void run(ConformanceCase each, Split split, long seed);
  }

  private Ways() {}

  static Stream<DynamicNode> of(List<ConformanceCase> cases, Run run) {
    return cases.stream()
        .map(each -> DynamicContainer.dynamicContainer(each.name(), tests(each, run)));
  }

  private static Stream<DynamicNode> tests(ConformanceCase each, Run run) {
    if (!each.pending().isEmpty()) {
      return Stream.of(DynamicTest.dynamicTest("pending", () -> abort(each.pending())));
    }
    if (each.pieces() > 0) {
      String name = "in pieces of " + each.pieces();
      return Stream.of(DynamicTest.dynamicTest(name, () -> run.run(each, Split.WHOLE, SEED)));
    }
    return Stream.of(Split.values())
        .map(
            split ->
                DynamicTest.dynamicTest(
                    name(split), () -> run.run(each, split, SEED ^ each.name().hashCode())));
  }

  private static String name(Split split) {
    return split == Split.RANDOM ? split + " (-Dconformance.seed=" + SEED + ")" : split.toString();
  }
}
