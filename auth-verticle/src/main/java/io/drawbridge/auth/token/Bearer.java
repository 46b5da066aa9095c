package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.Email;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The claims about a token's bearer: pure functions, which throw {@link BadToken}. */
final class Bearer {
  private static final int LONGEST = 256;
  private static final int MOST_PERMISSIONS = 256;

  /** RFC 6749 §3.3. */
  private static final Pattern SCOPE = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]*");

  private static final Pattern BLANKS = Pattern.compile(" +");

  private Bearer() {}

  /** Who it is: an integer counts as its decimal digits. */
  static String user(JsonNode claims) {
    JsonNode told = claims.path(TokenVerifier.USER);
    String user = told.isIntegralNumber() || told.isTextual() ? told.asText() : "";
    if (isInvisible(user) || !isClean(user)) {
      throw new BadToken(TokenVerifier.USER + " missing or unusable");
    }
    return user;
  }

  /** The words of {@code scope} and the entries of {@code permissions}. */
  static Set<String> rights(JsonNode claims) {
    Set<String> rights = new HashSet<>();
    addScope(claims.path("scope"), rights);
    addPermissions(claims.path("permissions"), rights);
    return rights;
  }

  private static void addScope(JsonNode told, Set<String> rights) {
    if (told.isMissingNode()) {
      return;
    }
    if (!told.isTextual() || !SCOPE.matcher(told.textValue()).matches()) {
      throw new BadToken("scope unusable");
    }
    BLANKS.splitAsStream(told.textValue()).filter(word -> !word.isEmpty()).forEach(rights::add);
  }

  private static void addPermissions(JsonNode told, Set<String> rights) {
    if (told.isMissingNode()) {
      return;
    }
    if (!told.isArray() || told.size() > MOST_PERMISSIONS) {
      throw new BadToken("permissions unusable");
    }
    for (JsonNode each : told) {
      if (!each.isTextual() || isInvisible(each.textValue()) || !isClean(each.textValue())) {
        throw new BadToken("permissions unusable");
      }
      rights.add(each.textValue());
    }
  }

  static @Nullable String email(JsonNode claims) {
    JsonNode told = claims.path("email");
    if (told.isMissingNode()) {
      return null;
    }
    if (!told.isTextual() || !Email.isValid(told.textValue())) {
      throw new BadToken("email unusable");
    }
    return told.textValue();
  }

  static @Nullable String tokenId(JsonNode claims) {
    JsonNode told = claims.path("jti");
    if (told.isMissingNode()) {
      return null;
    }
    if (!told.isTextual() || isInvisible(told.textValue()) || !isClean(told.textValue())) {
      throw new BadToken("jti unusable");
    }
    return told.textValue();
  }

  /** Empty, or nothing that a reader of a log would see. */
  private static boolean isInvisible(String text) {
    return text.codePoints()
        .allMatch(point -> Character.isWhitespace(point) || Character.isSpaceChar(point));
  }

  /**
   * Of a bounded length, and such that what looks the same is the same: normalised (NFC), nothing
   * that steers a terminal, turns the direction of writing or can't be seen between others, no half
   * characters.
   */
  private static boolean isClean(String text) {
    return text.length() <= LONGEST
        && text.codePoints().noneMatch(Bearer::isUnclean)
        && Normalizer.isNormalized(text, Normalizer.Form.NFC);
  }

  private static boolean isUnclean(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
              Character.SURROGATE,
              Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
