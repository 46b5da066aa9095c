package io.drawbridge.auth.hostile;

import io.drawbridge.auth.hostile.Row.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Collects the lines of one theme. */
final class Rows {
  private final String theme;
  private final List<Row> rows = new ArrayList<>();
  private Setup setup = Setup.SECRET;

  Rows(String theme) {
    this.theme = theme;
  }

  /** All hostile tokens, and the good ones that prove that the server listens. */
  static List<Row> all() {
    return Stream.of(
            AlgorithmRows.rows(),
            SignatureRows.rows(),
            ShapeRows.rows(),
            HeaderRows.rows(),
            PayloadRows.rows(),
            TimeRows.rows(),
            ClaimRows.rows())
        .flatMap(Rows::stream)
        .toList();
  }

  Stream<Row> stream() {
    return rows.stream();
  }

  /** What is added from here on is shown to this server. */
  Rows to(Setup other) {
    setup = other;
    return this;
  }

  Rows good(String name, Supplier<String> token) {
    return add(name, Answer.GOOD, token);
  }

  Rows invalid(String name, Supplier<String> token) {
    return add(name, Answer.INVALID, token);
  }

  Rows expired(String name, Supplier<String> token) {
    return add(name, Answer.EXPIRED, token);
  }

  Rows tooBig(String name, Supplier<String> token) {
    return add(name, Answer.TOO_BIG, token);
  }

  private Rows add(String name, Answer answer, Supplier<String> token) {
    rows.add(new Row(theme, setup, name, answer, token));
    return this;
  }
}
