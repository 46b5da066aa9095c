package io.drawbridge.auth.hostile;

import static io.drawbridge.auth.hostile.HostileToken.good;

import java.util.Collections;

/** Well signed and in time, but for others, from others, or for a user that there can't be. */
final class ClaimRows {
  private ClaimRows() {}

  static Rows rows() {
    Rows rows = new Rows("Claims");
    userRows(rows);
    otherRows(rows);
    issuerRows(rows.to(Setup.AUDIENCE));
    audienceRows(rows);
    return rows;
  }

  private static void userRows(Rows rows) {
    rows.good("user_id a string", () -> user("\"alice\""))
        .good("user_id an integer", () -> user("42"))
        .good("user_id in another script", () -> user("\"Zoë 🌍\""))
        .invalid("user_id missing", () -> good().without("user_id").text())
        .invalid(
            "user_id missing, sub instead",
            () -> good().without("user_id").claim("sub", "\"42\"").text())
        .invalid(
            "User_Id in another case",
            () -> good().without("user_id").claim("User_Id", "\"42\"").text())
        .invalid("user_id empty", () -> user("\"\""))
        .invalid("user_id a space", () -> user("\" \""))
        .invalid("user_id a no-break space", () -> user("\"\\u00a0\""))
        .invalid("user_id a zero-width space", () -> user("\"\\u200b\""))
        .invalid("user_id null", () -> user("null"))
        .invalid("user_id true", () -> user("true"))
        .invalid("user_id false", () -> user("false"))
        .invalid("user_id a list", () -> user("[\"42\"]"))
        .invalid("user_id an object", () -> user("{\"id\":\"42\"}"))
        .invalid("user_id a fraction", () -> user("42.5"))
        .invalid("user_id 42.0", () -> user("42.0"))
        .invalid("user_id 1e3", () -> user("1e3"))
        .invalid("user_id 1e400", () -> user("1e400"))
        .invalid("user_id of 257 digits", () -> user("9".repeat(257)))
        .invalid("user_id of 257 characters", () -> user("\"" + "x".repeat(257) + "\""))
        .invalid("user_id with a newline", () -> user("\"4\\n2\""))
        .invalid("user_id with a NUL", () -> user("\"42\\u0000\""))
        .invalid("user_id with a delete character", () -> user("\"42\\u007f\""))
        .invalid("user_id with a C1 control character", () -> user("\"42\\u0085\""))
        .invalid("user_id with an escape sequence", () -> user("\"\\u001b[31m42\""))
        .invalid("user_id with a line separator", () -> user("\"4\\u20282\""))
        .invalid("user_id that turns the direction of writing", () -> user("\"\\u202e24\""))
        .invalid("user_id with half a surrogate pair", () -> user("\"42\\ud800\""))
        .invalid("user_id with the other half", () -> user("\"\\udc0042\""));
  }

  private static void otherRows(Rows rows) {
    rows.invalid("email that is none", () -> claim("email", "\"nobody\""))
        .invalid("email empty", () -> claim("email", "\"\""))
        .invalid("email a number", () -> claim("email", "1"))
        .invalid("email a list", () -> claim("email", "[\"a@example.com\"]"))
        .invalid(
            "email with a line end",
            () -> claim("email", "\"a@example.com\\r\\nBcc: b@example.com\""))
        .invalid("email with two @", () -> claim("email", "\"a@b@example.com\""))
        .invalid("email very long", () -> claim("email", "\"" + "x".repeat(300) + "@example.com\""))
        .invalid("email of one word", () -> claim("email", "\"a@b\""))
        .good("email", () -> claim("email", "\"a@example.com\""))
        .invalid("scope a number", () -> claim("scope", "1"))
        .invalid("scope an object", () -> claim("scope", "{\"admin\":true}"))
        .invalid("scope true", () -> claim("scope", "true"))
        .invalid("scope with a NUL", () -> claim("scope", "\"read\\u0000write\""))
        .invalid("scope a list of numbers", () -> claim("scope", "[1,2]"))
        .invalid("scope a list of lists", () -> claim("scope", "[[\"admin\"]]"))
        .good("scope", () -> claim("scope", "\"read write\""))
        .invalid("permissions a number", () -> claim("permissions", "1"))
        .invalid("permissions an object", () -> claim("permissions", "{\"admin\":true}"))
        .invalid("permissions of several kinds", () -> claim("permissions", "[\"read\",1,null]"))
        .invalid("permissions nested", () -> claim("permissions", "[[\"admin\"]]"))
        .invalid("permissions with a newline", () -> claim("permissions", "[\"a\\nb\"]"))
        .invalid(
            "10,000 permissions",
            () ->
                claim(
                    "permissions",
                    Collections.nCopies(10_000, "\"a\"").toString().replace(" ", "")))
        .good("permissions", () -> claim("permissions", "[\"read\",\"write\"]"))
        .invalid("jti a number", () -> claim("jti", "7"))
        .invalid("jti an object", () -> claim("jti", "{}"))
        .invalid("jti of 10,000 characters", () -> claim("jti", "\"" + "j".repeat(10_000) + "\""))
        .invalid("jti with a newline", () -> claim("jti", "\"a\\nb\""))
        .good("jti", () -> claim("jti", "\"7d8f\""))
        .good("sub a number, which nobody reads", () -> claim("sub", "7"))
        .good("sub a list, which nobody reads", () -> claim("sub", "[\"7\"]"))
        .good("iss a number, where any will do", () -> claim("iss", "7"))
        .good("aud a number, where any will do", () -> claim("aud", "7"));
  }

  private static void issuerRows(Rows rows) {
    rows.good("issuer and audience right", () -> ours().text())
        .good("audience among others", () -> aud("[\"them\",\"chat\"]"))
        .invalid("issuer missing", () -> ours().without("iss").text())
        .invalid("issuer another", () -> iss("\"https://them.example\""))
        .invalid("issuer empty", () -> iss("\"\""))
        .invalid("issuer null", () -> iss("null"))
        .invalid("issuer a list with ours", () -> iss("[\"https://issuer.example\"]"))
        .invalid("issuer an object", () -> iss("{\"https://issuer.example\":1}"))
        .invalid("issuer with a slash more", () -> iss("\"https://issuer.example/\""))
        .invalid("issuer that ours begins with", () -> iss("\"https://issuer.\""))
        .invalid(
            "issuer that begins with ours", () -> iss("\"https://issuer.example.them.example\""))
        .invalid("issuer in capitals", () -> iss("\"HTTPS://ISSUER.EXAMPLE\""))
        .invalid("issuer with a space", () -> iss("\"https://issuer.example \""))
        .invalid("issuer with a NUL", () -> iss("\"https://issuer.example\\u0000\""));
  }

  private static void audienceRows(Rows rows) {
    rows.invalid("audience missing", () -> ours().without("aud").text())
        .invalid("audience another", () -> aud("\"them\""))
        .invalid("audience empty", () -> aud("\"\""))
        .invalid("audience an empty list", () -> aud("[]"))
        .invalid("audience a list without ours", () -> aud("[\"them\",\"others\"]"))
        .invalid("audience a list in a list", () -> aud("[[\"chat\"]]"))
        .invalid("audience a number", () -> aud("7"))
        .invalid("audience null", () -> aud("null"))
        .invalid("audience an object", () -> aud("{\"chat\":true}"))
        .invalid("audience in capitals", () -> aud("\"CHAT\""))
        .invalid("audience with words", () -> aud("\"chat shop\""))
        .invalid("audience that begins with ours", () -> aud("\"chatter\""));
  }

  /** With the issuer and an audience that the server wants. */
  static HostileToken ours() {
    return good().claim("iss", "\"https://issuer.example\"").claim("aud", "\"chat\"");
  }

  private static String iss(String json) {
    return ours().claim("iss", json).text();
  }

  private static String aud(String json) {
    return ours().claim("aud", json).text();
  }

  private static String user(String json) {
    return claim("user_id", json);
  }

  private static String claim(String name, String json) {
    return good().claim(name, json).text();
  }
}
