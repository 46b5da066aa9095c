package io.drawbridge.deploy.connect;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A token, and the way it takes to the server. Throws {@link IllegalArgumentException} for what is
 * no token at all; whether it is good is for the server to say.
 */
public record Credential(String token, Way way) {

  /** How a token travels. */
  public enum Way {
    /** {@code Authorization: Bearer} in the handshake. */
    HEADER,
    /** The first text message. */
    MESSAGE,
    /** In the list of subprotocols of the handshake, as a browser must. */
    SUBPROTOCOL
  }

  private static final Pattern COMPACT = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]*");

  public Credential {
    if (!COMPACT.matcher(token).matches()) {
      // Without the text: it may be a password.
      throw new IllegalArgumentException("is no token: it has three parts of letters and dots");
    }
  }

  /** What it says of its user, unverified: for the eye alone. Empty where it says nothing. */
  String user() {
    try {
      String part = token.split("\\.", -1)[1];
      String text = new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
      Object user = new JsonObject(text).getValue("user_id");
      return user == null ? "" : user.toString();
    } catch (IllegalArgumentException | DecodeException e) {
      return "";
    }
  }

  /** The way alone. */
  @Override
  public String toString() {
    return "token by " + way;
  }
}
