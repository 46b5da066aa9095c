package io.drawbridge.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What to say about a name that isn't known: the nearest one that is, else all of them. */
final class UnknownKey {
  private static final int LONGEST = 100;

  private UnknownKey() {}

  static String message(String key, Collection<String> known) {
    return "unknown key; "
        + nearest(key, known)
            .map(name -> "did you mean \"" + name + "\"?")
            .orElseGet(() -> "known here: " + String.join(", ", known));
  }

  /** The known name with the fewest edits, when they are few for its length. */
  static Optional<String> nearest(String name, Collection<String> known) {
    return known.stream()
        .filter(candidate -> edits(name, candidate) <= Math.max(2, candidate.length() / 3))
        .min(Comparator.comparingInt(candidate -> edits(name, candidate)));
  }

  /**
   * Inserted, missing, wrong and swapped letters, blind to case (the optimal string alignment
   * distance). A name longer than any of ours is simply far.
   */
  static int edits(String left, String right) {
    if (left.length() > LONGEST) {
      return Integer.MAX_VALUE;
    }
    String from = left.toLowerCase(Locale.ROOT);
    String to = right.toLowerCase(Locale.ROOT);
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : fewest(edits, from, i, to, j);
      }
    }
    return edits[from.length()][to.length()];
  }

  private static int fewest(int[][] edits, String from, int i, String to, int j) {
    int replaced = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
    int fewest = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(fewest, edits[i - 2][j - 2] + 1) : fewest;
  }
}
