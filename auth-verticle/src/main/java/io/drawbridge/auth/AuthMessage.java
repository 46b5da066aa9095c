package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Envelope;
import io.drawbridge.auth.bridge.Resumption;
import io.drawbridge.auth.session.Session;
import io.drawbridge.guard.Notice;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that shows a token, or comes before one.
 *
 * @param form in which it does, and is answered
 * @param token null where the message has a place for one, but nothing there
 * @param replyAddress that its client waits at; null where it waits at none
 * @param resume null where its client does not want to come back
 */
record AuthMessage(
    Form form, @Nullable String token, @Nullable String replyAddress, @Nullable ResumeWish resume) {

  /** What a good token is answered. */
  static final String AUTHENTICATED = "Authenticated!";

  /** Where clients of the Vert.x bridge send their token. */
  static final String ADDRESS = "drawbridge.auth";

  AuthMessage(Form form, @Nullable String token, @Nullable String replyAddress) {
    this(form, token, replyAddress, null);
  }

  enum Form {
    /** The token and nothing else. */
    BARE,
    /** {@code {"type":"auth","token":…}}. */
    AUTH,
    /** A {@code send} to {@value AuthMessage#ADDRESS}. */
    SEND,
    /** In the headers of an envelope that is meant for somebody else. */
    CARRIED,
    /** Not at all: it doesn't count. */
    PING
  }

  /** The first message of a client: anything that is in no other form is taken for a bare token. */
  static AuthMessage first(String text) {
    JsonObject envelope = isObject(text) ? Envelope.parse(text) : null;
    if (envelope != null) {
      if ("ping".equals(envelope.getValue("type"))) {
        return new AuthMessage(Form.PING, null, null);
      }
      AuthMessage message = later(envelope);
      String carried = message == null ? carried(envelope) : null;
      if (message != null) {
        return message;
      } else if (carried != null) {
        return new AuthMessage(Form.CARRIED, carried, text(envelope, "replyAddress"));
      }
    }
    return new AuthMessage(Form.BARE, text, null);
  }

  /** An envelope of a client that has shown a token before; null where it shows none. */
  static @Nullable AuthMessage later(JsonObject envelope) {
    Object type = envelope.getValue("type");
    if ("auth".equals(type)) {
      return new AuthMessage(Form.AUTH, text(envelope, "token"), null, ResumeWish.of(envelope));
    }
    if ("send".equals(type) && ADDRESS.equals(envelope.getValue("address"))) {
      String token =
          envelope.getValue("body") instanceof JsonObject body ? text(body, "token") : null;
      return new AuthMessage(
          Form.SEND, token == null ? carried(envelope) : token, text(envelope, "replyAddress"));
    }
    return null;
  }

  /** The token in the headers of an envelope, with or without the word {@code Bearer}. */
  private static @Nullable String carried(JsonObject envelope) {
    if (!(envelope.getValue("headers") instanceof JsonObject headers)) {
      return null;
    }
    for (Map.Entry<String, Object> header : headers) {
      if (header.getKey().equalsIgnoreCase("Authorization")
          && header.getValue() instanceof String value) {
        String bearer = HandshakeToken.bearer(value);
        return bearer == null ? value : bearer;
      }
    }
    return null;
  }

  /** The number of the last envelope that its client has; negative where it doesn't say. */
  long seen() {
    return resume == null ? -1 : resume.seen();
  }

  private static boolean isObject(String text) {
    return !text.isEmpty() && (text.charAt(0) == '{' || text.stripLeading().startsWith("{"));
  }

  private static @Nullable String text(JsonObject object, String name) {
    return object.getValue(name) instanceof String text ? text : null;
  }

  /**
   * The last message to a client whose first it was. One of the Vert.x bridge parses all as JSON.
   */
  String refusal(Notice notice) {
    return form == Form.SEND || form == Form.CARRIED ? err(notice) : notice.kind().words();
  }

  /** The refusal, where the session goes on. */
  String err(Notice notice) {
    return Envelope.err(notice, replyAddress).put("body", Envelope.word(notice.kind())).encode();
  }

  /**
   * The answer to it once its token is verified; null for none.
   *
   * @param offer null where the client can't come back
   */
  @Nullable String welcome(Session session, Resumption.@Nullable Offer offer) {
    return switch (form) {
      case BARE -> AUTHENTICATED;
      case AUTH -> offered(told(new JsonObject().put("type", "auth"), session), offer).encode();
      case SEND ->
          replyAddress == null
              ? null
              : new JsonObject()
                  .put("type", "rec")
                  .put("address", replyAddress)
                  .put("body", told(new JsonObject(), session))
                  .encode();
      case CARRIED, PING -> null;
    };
  }

  private static JsonObject told(JsonObject answer, Session session) {
    answer.put("status", AUTHENTICATED).put("session", session.id());
    if (!session.expiresAt().equals(Instant.MAX)) {
      answer.put("expiresAt", session.expiresAt().toEpochMilli());
    }
    return answer;
  }

  private JsonObject offered(JsonObject answer, Resumption.@Nullable Offer offer) {
    if (offer == null) {
      return answer;
    }
    if (resume != null && resume.ticket() != null) {
      answer.put("resumed", offer.resumed());
    }
    if (offer.resumed()) {
      answer.put("lost", offer.lost());
    }
    return answer.put("resume", offer.ticket()).put("resumeFor", offer.within().toMillis());
  }
}
