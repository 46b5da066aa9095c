package io.drawbridge.config;

import org.apache.commons.validator.routines.EmailValidator;

/**
 * What counts as an e-mail address, in a token as in a message: ASCII of at most {@value #LONGEST}
 * characters (RFC 5321 §4.5.3.1.3, without the angle brackets), with a domain that has a known top
 * level. No server is asked whether it exists.
 */
public final class Email {
  private static final int LONGEST = 254;

  private static final EmailValidator FORM = EmailValidator.getInstance();

  private Email() {}

  public static boolean isValid(String text) {
    // The length first: what is checked by regular expressions must be short.
    return text.length() <= LONGEST
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
        && FORM.isValid(text);
  }
}
