package io.drawbridge.config;

import java.time.Duration;

/**
 * So many in so much time, written {@code 100/s}, {@code 60/m}, {@code 1MiB/s} or {@code
 * unlimited}.
 *
 * @param amount more than zero; messages, connections or bytes
 * @param per more than zero, in whole milliseconds
 */
public record Rate(long amount, Duration per) {

  public static final Rate UNLIMITED = new Rate(Long.MAX_VALUE, Duration.ofSeconds(1));

  public Rate {
    if (amount <= 0) {
      throw new IllegalArgumentException("amount must be more than zero, got " + amount);
    }
    if (per.toMillis() <= 0 || !per.equals(Duration.ofMillis(per.toMillis()))) {
      throw new IllegalArgumentException("per must be whole milliseconds, got " + per);
    }
  }

  /**
   * Reads any of the written forms.
   *
   * @throws IllegalArgumentException saying the right form
   */
  public static Rate parse(String text) {
    return Quantities.parseRate(text, Quantities::parseSize, "100/s, 60/m or 1MiB/s");
  }

  public boolean unlimited() {
    return equals(UNLIMITED);
  }

  /** Infinite when unlimited. */
  public double perSecond() {
    return unlimited() ? Double.POSITIVE_INFINITY : amount * 1000.0 / per.toMillis();
  }

  /** A form that {@link #parse} reads back as the same rate; the amount in plain digits. */
  @Override
  public String toString() {
    return unlimited()
        ? Quantities.UNLIMITED
        : amount + "/" + Quantities.written(per).replaceFirst("^1(?=\\D)", "");
  }
}
