package io.drawbridge.config;

/**
 * A value that can't be taken, with a message that says what would be right. {@link Section} turns
 * it into a {@link Problem}: only it knows the path.
 */
final class BadValue extends IllegalArgumentException {

  BadValue(String message) {
    super(message);
  }

  BadValue(String message, Throwable cause) {
    super(message, cause);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
