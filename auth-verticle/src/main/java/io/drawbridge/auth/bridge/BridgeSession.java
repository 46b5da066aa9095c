package io.drawbridge.auth.bridge;

import io.drawbridge.auth.session.Session;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.connection.Connection;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The bridge for one session: its envelopes become messages on the event bus, and replies become
 * envelopes. Services see who sent a message in headers that no client can set.
 */
public final class BridgeSession {
  /** Headers under this prefix are ours. */
  private static final String STAMP = "drawbridge-";

  private static final Duration REPLY_WITHIN = Duration.ofSeconds(30);
  private static final int MOST_PENDING = 256;
  private static final int LONGEST_ADDRESS = 1024;

  private final Bridge bridge;
  private final Connection connection;
  private Session session;

  /** Requests on the event bus that have no reply yet. */
  private int pending;

  BridgeSession(Bridge bridge, Connection connection, Session session) {
    this.bridge = bridge;
    this.connection = connection;
    this.session = session;
  }

  /** A refusal of an envelope: what the client is told, in the bridge's own word and in ours. */
  private record Refusal(ErrorKind kind, int code, String word, String message) {

    Refusal(ErrorKind kind, String word, String message) {
      this(kind, kind.failureCode(), word, message);
    }

    /** What the event bus answered; the bridge has no word of its own for it. */
    static Refusal ofBus(ErrorKind kind) {
      return new Refusal(kind, "", kind.words());
    }
  }

  private static final Refusal DENIED =
      new Refusal(ErrorKind.ACCESS_DENIED, "access_denied", ErrorKind.ACCESS_DENIED.words());

  public void receive(String text) {
    JsonObject envelope;
    try {
      envelope = new JsonObject(text);
    } catch (DecodeException e) {
      refuse(null, invalid("invalid_json", "The message is not a JSON object"));
      return;
    }
    if (!(envelope.getValue("type") instanceof String type)) {
      refuse(null, invalid("missing_type", "The message has no type"));
      return;
    }
    switch (type) {
      case "ping" -> connection.sendText(Bridge.PONG);
      case "send" -> toBus(envelope, BridgeAction.SEND);
      case "publish" -> toBus(envelope, BridgeAction.PUBLISH);
      // No rule lets anybody register yet.
      case "register", "unregister" -> refuse(null, DENIED);
      default -> refuse(null, invalid("invalid_type", "The type is unknown"));
    }
  }

  /** Tells the client of an error after which the connection goes on. */
  public void tell(Notice notice) {
    String word = notice.kind().name().toLowerCase(Locale.ROOT);
    connection.sendText(err(notice).put("body", word).encode());
  }

  /** From now on, it has another token of the same user. */
  public void refreshed(Session fresh) {
    session = fresh;
  }

  /** Nothing goes either way any more. */
  public void closed() {}

  // --- to the bus -------------------------------------------------------------------------------

  private void toBus(JsonObject envelope, BridgeAction action) {
    String replyAddress = envelope.getValue("replyAddress") instanceof String text ? text : null;
    Refusal refusal = refusal(envelope, action);
    if (refusal != null) {
      refuse(replyAddress, refusal);
      return;
    }
    String address = envelope.getString("address");
    Object body = envelope.getValue("body");
    DeliveryOptions options = stamped(envelope.getJsonObject("headers"));
    if (action == BridgeAction.PUBLISH) {
      bridge.bus.publish(address, body, options);
    } else if (replyAddress == null) {
      bridge.bus.send(address, body, options);
    } else {
      request(address, body, options, replyAddress);
    }
  }

  private @Nullable Refusal refusal(JsonObject envelope, BridgeAction action) {
    if (!(envelope.getValue("address") instanceof String address) || address.isEmpty()) {
      return invalid("missing_address", "The message has no address");
    }
    if (address.length() > LONGEST_ADDRESS) {
      return invalid("invalid_address", "The address is too long");
    }
    Object headers = envelope.getValue("headers");
    if (headers != null && !(headers instanceof JsonObject)) {
      return invalid("invalid_headers", "The headers are no JSON object");
    }
    Object replyAddress = envelope.getValue("replyAddress");
    if (replyAddress != null && !(replyAddress instanceof String)) {
      return invalid("invalid_reply_address", "The replyAddress is no string");
    }
    if (!isBody(envelope.getValue("body"))) {
      return invalid("invalid_body", "The body is a number out of range");
    }
    if (!bridge.allows(action, address)) {
      return DENIED;
    }
    return replyAddress != null && pending >= MOST_PENDING
        ? new Refusal(ErrorKind.RATE_LIMITED, "rate_limited", "Too many requests without a reply")
        : null;
  }

  /** What the event bus has a codec for. */
  private static boolean isBody(@Nullable Object body) {
    return body == null
        || body instanceof JsonObject
        || body instanceof JsonArray
        || body instanceof String
        || body instanceof Boolean
        || body instanceof Integer
        || body instanceof Long
        || body instanceof Double;
  }

  private DeliveryOptions stamped(@Nullable JsonObject headers) {
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(REPLY_WITHIN.toMillis());
    if (headers != null) {
      headers.forEach(
          header -> {
            String name = header.getKey();
            if (header.getValue() != null && !name.toLowerCase(Locale.ROOT).startsWith(STAMP)) {
              options.addHeader(name, header.getValue().toString());
            }
          });
    }
    return options
        .addHeader(STAMP + "user", session.user())
        .addHeader(STAMP + "session", session.id())
        .addHeader(STAMP + "node", bridge.node);
  }

  private void request(
      String address, @Nullable Object body, DeliveryOptions options, String replyAddress) {
    pending++;
    bridge
        .bus
        .request(address, body, options)
        .onComplete(done -> pending--)
        .onSuccess(reply -> connection.sendText(rec(replyAddress, reply).encode()))
        .onFailure(cause -> refuse(replyAddress, failure(cause)));
  }

  // --- to the client ----------------------------------------------------------------------------

  private static JsonObject rec(String address, Message<Object> message) {
    JsonObject rec =
        new JsonObject().put("type", "rec").put("address", address).put("body", message.body());
    if (!message.headers().isEmpty()) {
      JsonObject headers = new JsonObject();
      message.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
      rec.put("headers", headers);
    }
    return rec;
  }

  private static Refusal failure(Throwable cause) {
    if (!(cause instanceof ReplyException failure)) {
      return Refusal.ofBus(ErrorKind.INTERNAL_ERROR);
    }
    return switch (failure.failureType()) {
      case TIMEOUT -> Refusal.ofBus(ErrorKind.TIMEOUT);
      case NO_HANDLERS -> Refusal.ofBus(ErrorKind.NO_HANDLERS);
      default ->
          new Refusal(ErrorKind.RECIPIENT_FAILURE, failure.failureCode(), "", words(failure));
    };
  }

  /** A service's own words are meant for its client. */
  private static String words(ReplyException failure) {
    String message = failure.getMessage();
    return message == null ? ErrorKind.RECIPIENT_FAILURE.words() : message;
  }

  private static Refusal invalid(String word, String message) {
    return new Refusal(ErrorKind.INVALID_MESSAGE, word, message);
  }

  /** Logs the refusal and tells the client; under the address where it waits for a reply. */
  private void refuse(@Nullable String replyAddress, Refusal refusal) {
    if (!connection.isOpen()) {
      return;
    }
    Notice notice = connection.report(refusal.kind(), refusal.message(), refusal.word());
    JsonObject err = err(notice).put("failureCode", refusal.code());
    if (replyAddress != null) {
      err.put("address", replyAddress);
    }
    if (!refusal.word().isEmpty()) {
      err.put("body", refusal.word());
    }
    connection.sendText(err.encode());
  }

  private static JsonObject err(Notice notice) {
    ErrorKind kind = notice.kind();
    JsonObject err =
        new JsonObject()
            .put("type", "err")
            .put("failureCode", kind.failureCode())
            .put("failureType", kind.name())
            .put("message", notice.message())
            .put("temporary", kind.temporary());
    if (kind.temporary()) {
      err.put("retryAfterMs", notice.retryAfter().toMillis());
    }
    return err.put("errorId", notice.id());
  }
}
