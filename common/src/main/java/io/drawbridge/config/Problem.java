package io.drawbridge.config;

/**
 * Something wrong, or worth knowing, in the settings.
 *
 * @param path dotted, such as {@code bridge.inbound[0].address}; {@code (file)} for the file itself
 * @param message what is wrong and what would be right; never holds a secret
 */
public record Problem(String path, String message) {

  /** Both may quote the operator's text: it must not steer the terminal that shows it. */
  public Problem {
    path = printable(path);
    message = printable(message);
  }

  @Override
  public String toString() {
    return path + ": " + message;
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
