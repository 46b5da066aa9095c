package io.drawbridge.auth.hostile;

import java.util.function.Supplier;

/**
 * One line of the table.
 *
 * @param theme what it belongs to
 * @param setup which server it is shown to
 * @param name in plain words
 * @param answer what the contract wants
 * @param token makes it; each time it is shown, since it holds times
 */
record Row(String theme, Setup setup, String name, Answer answer, Supplier<String> token) {

  /** Runs what is asserted of it, and says whose failure it is. */
  void named(Runnable assertions) {
    try {
      assertions.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(theme + ": " + name + ": " + e.getMessage(), e);
    }
  }

  /** What a client is told (contract, section 3.2), and the kind of it in the log. */
  enum Answer {
    GOOD("Authenticated!", 0, ""),
    INVALID("Invalid Token", 3000, "INVALID_TOKEN"),
    EXPIRED("Token Expired", 3000, "TOKEN_EXPIRED"),
    TOO_BIG("", 1009, "MESSAGE_TOO_BIG");

    /** Empty where nothing is said but the Close. */
    final String text;

    /** 0 where the connection stays. */
    final int closeCode;

    final String kind;

    Answer(String text, int closeCode, String kind) {
      this.text = text;
      this.closeCode = closeCode;
      this.kind = kind;
    }
  }
}
