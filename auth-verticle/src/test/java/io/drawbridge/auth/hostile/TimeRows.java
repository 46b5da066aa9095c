package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.good;

import java.time.Instant;

/** Expired, not valid yet, or with times that are no numbers (RFC 7519 §2, §4.1). */
final class TimeRows {
  private static final String[] NO_NUMBERS = {
    "\"9999999999\"", "\"\"", "\"never\"", "null", "true", "[9999999999]", "{}", "\"2099-01-01\""
  };

  private TimeRows() {}

  static Rows rows() {
    Rows rows = new Rows("Times");
    for (String claim : new String[] {"exp", "nbf", "iat"}) {
      for (String json : NO_NUMBERS) {
        rows.invalid(claim + " " + json, () -> good().claim(claim, json).text());
      }
    }
    rows.expired("a second ago", () -> good().in("exp", -1).text())
        .expired("right now", () -> good().in("exp", 0).text())
        .expired("years ago", () -> good().claim("exp", "1000000000").text())
        .expired("at zero", () -> good().claim("exp", "0").text())
        .expired("before zero", () -> good().claim("exp", "-1").text())
        .expired("minus zero", () -> good().claim("exp", "-0").text())
        .expired("a fraction of a second ago", () -> good().claim("exp", now(-1) + ".999").text())
        .expired("1e0", () -> good().claim("exp", "1e0").text())
        .expired(
            "as small as a long can be", () -> good().claim("exp", "-9223372036854775808").text())
        .good(
            "in milliseconds, which is thousands of years",
            () -> good().claim("exp", now(0) + "000").text())
        .good("a fraction of a second ahead", () -> good().claim("exp", now(600) + ".5").text())
        .good("later than any calendar reaches", () -> good().claim("exp", "1e308").text())
        .good("without exp", () -> good().without("exp").text())
        .invalid("expired and not valid yet", () -> good().in("exp", -5).in("nbf", 60).text())
        .invalid(
            "expired and issued in the future", () -> good().in("exp", -5).in("iat", 60).text())
        .expired("expired, and no user", () -> good().in("exp", -5).without("user_id").text())
        .invalid("not valid for a minute", () -> good().in("nbf", 60).text())
        .invalid("not valid for twenty seconds", () -> good().in("nbf", 20).text())
        .invalid("not valid before 1e308", () -> good().claim("nbf", "1e308").text())
        .invalid("issued in a minute", () -> good().in("iat", 60).text())
        .invalid("issued at 1e308", () -> good().claim("iat", "1e308").text())
        .invalid(
            "not valid before a number of 400 digits",
            () -> good().claim("nbf", "9".repeat(400)).text());
    rows.to(Setup.AUDIENCE)
        .expired("expired, issuer and audience right", () -> ours().in("exp", -1).text())
        .invalid(
            "expired, wrong issuer", () -> ours().in("exp", -1).claim("iss", "\"them\"").text())
        .invalid("expired, no issuer", () -> ours().in("exp", -1).without("iss").text())
        .invalid(
            "expired, wrong audience", () -> ours().in("exp", -1).claim("aud", "\"them\"").text());
    return rows;
  }

  private static HostileToken ours() {
    return ClaimRows.ours();
  }

  private static long now(long plus) {
    return Instant.now().getEpochSecond() + plus;
  }
}
