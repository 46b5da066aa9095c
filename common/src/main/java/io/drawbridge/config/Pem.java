package io.drawbridge.config;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The textual form of keys and certificates (RFC 7468); what stands between blocks is left out. */
final class Pem {
  private Pem() {}

  /**
   * The contents of all blocks of one type.
   *
   * @throws BadValue when one is not in base64
   */
  static List<byte[]> blocks(String text, String type) {
    Matcher block =
        Pattern.compile("-----BEGIN " + type + "-----([^-]*)-----END " + type + "-----")
            .matcher(text);
    List<byte[]> found = new ArrayList<>();
    while (block.find()) {
      try {
        found.add(Base64.getDecoder().decode(block.group(1).replaceAll("\\s", "")));
      } catch (IllegalArgumentException e) {
        throw new BadValue("is no valid PEM");
      }
    }
    return found;
  }
}
